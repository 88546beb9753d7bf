import { UsageError } from './arguments.ts';

/** A command line, split into its noun and the rest. */
export interface Noun<System> {
  readonly system: System;
  /** Arguments after the noun. */
  readonly args: readonly string[];
}

/**
 * Reads the optional first argument that names a system; the first system is the default.
 * @param isArgument for a verb with an argument of its own, whether a text can be it
 * @throws UsageError for a name that is no system's
 */
export function readNoun<System extends { readonly name: string }>(
  args: readonly string[],
  systems: readonly [System, ...System[]],
  isArgument?: (text: string) => boolean,
): Noun<System> {
  const [first, second] = args;
  const system = systems.find(({ name }) => name === first);
  if (system !== undefined) return { system, args: args.slice(1) };
  // With one argument, it is the verb's own: the verb says what is wrong with it.
  const isNoun = isName(first) && (isArgument === undefined || (isName(second) && !isArgument(first)));
  if (isNoun) {
    throw new UsageError(`unknown system '${first}': use ${systems.map(({ name }) => name).join(', ')}`);
  }
  return { system: systems[0], args };
}

function isName(argument: string | undefined): argument is string {
  return argument !== undefined && !argument.startsWith('-');
}
