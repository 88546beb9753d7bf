/** Exit status for an invalid command line. */
const USAGE_STATUS = 2;

/**
 * Prints the usage if requested.
 * @param usage begins with `usage: <command> …`
 * @returns whether it was requested; the caller then returns
 */
export function printsHelp(usage: string, args: readonly string[] = process.argv.slice(2)): boolean {
  const isWanted = args.includes('--help') || args.includes('-h');
  if (isWanted) process.stdout.write(usage);
  return isWanted;
}

/**
 * Prints a one-line error with a pointer to --help and sets exit status 2.
 * @param usage begins with `usage: <command> …`
 */
export function failUsage(message: string, usage: string): void {
  const [problem = message] = message.split(/\. |\n/);
  process.stderr.write(`${problem} (see ${helpCommand(usage)})\n`);
  process.exitCode = USAGE_STATUS;
}

/** `npm run load -- --help`, out of `usage: npm run load -- [options]`. */
function helpCommand(usage: string): string {
  const command = /^usage: (npm (?:run )?\S+|\S+)/.exec(usage)?.[1] ?? 'the command';
  return command.startsWith('npm ') ? `${command} -- --help` : `${command} --help`;
}
