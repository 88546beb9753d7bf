import { type OptionConfig, readOptions } from './arguments.ts';

/** The command line of a verb for one system. */
export interface CommandLine<Choice> {
  /** What `--help` prints; begins with `usage: npm …`. */
  readonly usage: string;
  /** Given for a verb with an argument of its own: whether a text can be it, so that it is not taken for a noun. */
  isArgument?(text: string): boolean;
  /** Reads the arguments after the noun. @throws UsageError */
  parse(args: readonly string[]): Choice;
}

/** Describes a command line by its options. @param line `read` is given the values as `parseArgs` types them */
export function commandLine<Options extends OptionConfig, Choice>(line: {
  readonly usage: string;
  readonly options: Options;
  isArgument?(text: string): boolean;
  read(parsed: ReturnType<typeof readOptions<Options>>): Choice;
}): CommandLine<Choice> {
  const { options, isArgument } = line;
  return {
    usage: line.usage,
    ...(isArgument !== undefined && { isArgument }),
    parse: (args) => line.read(readOptions(args, options, isArgument === undefined ? 0 : 1)),
  };
}
