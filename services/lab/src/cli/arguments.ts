import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Invalid command line; the message says what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Options as `parseArgs` takes them. */
export type OptionConfig = NonNullable<ParseArgsConfig['options']>;

/**
 * Reads `--name value` options.
 * @throws UsageError for an unknown option, a missing value, or too many positional arguments.
 */
export function readOptions<Options extends OptionConfig>(
  args: readonly string[],
  options: Options,
  maxPositionals = 0,
) {
  try {
    const parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    const extra = parsed.positionals[maxPositionals];
    if (extra !== undefined) throw new UsageError(`unexpected argument '${extra}'`);
    return parsed;
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof Error)) throw error;
    throw new UsageError(error.message.split('. ')[0] ?? error.message);
  }
}

/**
 * Parses a whole number within bounds, or returns the fallback for undefined.
 * @throws UsageError that names the option.
 */
export function wholeNumber(
  name: string,
  text: string | undefined,
  bounds: { readonly min: number; readonly max: number; readonly fallback: number },
): number {
  if (text === undefined) return bounds.fallback;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < bounds.min || value > bounds.max) {
    throw new UsageError(`--${name} ${text}: must be a whole number from ${bounds.min} to ${bounds.max}`);
  }
  return value;
}

/** Splits `NAME=COUNT` into name and count. @param example name for the message @throws UsageError */
export function readAssignment(
  text: string | undefined,
  example: string,
): { readonly name: string; readonly count: number } {
  const match = /^([a-z][a-z0-9-]*)=(\d{1,3})$/.exec(text ?? '');
  if (match === null) throw new UsageError(`name a service and a count, such as ${example}=4`);
  return { name: match[1] as string, count: Number(match[2]) };
}

/** Reads one of some names. @throws UsageError that lists them. */
export function oneOf<Name extends string>(option: string, text: string, names: readonly Name[]): Name {
  const name = names.find((candidate) => candidate === text);
  if (name === undefined) throw new UsageError(`--${option} ${text}: use ${names.join(', ')}`);
  return name;
}
