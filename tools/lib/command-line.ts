/** Exit status for a command line that makes no sense. */
const USAGE_STATUS = 2;

/**
 * Prints the usage when it was asked for.
 * @param usage begins with `usage: <command> …`
 * @returns whether it was asked for; there is nothing else to do then
 */
export function printsHelp(usage: string, args: readonly string[] = process.argv.slice(2)): boolean {
  const isWanted = args.includes('--help') || args.includes('-h');
  if (isWanted) process.stdout.write(usage);
  return isWanted;
}

/**
 * Says in one line what is wrong with a command line and how to get help, and makes the process exit with 2.
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
