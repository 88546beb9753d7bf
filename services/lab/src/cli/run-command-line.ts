import { PrerequisiteError } from '../../../../tools/lib/prerequisite-error.ts';
import { UsageError } from './arguments.ts';

/**
 * Runs a command's `main` with the arguments of this process and makes its result the exit status. A usage error
 * prints the usage and exits with 2; what a person can put right is printed without a stack.
 */
export async function runCommandLine(
  usage: string,
  main: (args: readonly string[]) => Promise<number>,
): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage);
    return;
  }
  try {
    process.exitCode = await main(args);
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n\n${usage}`);
      process.exitCode = 2;
    } else if (error instanceof PrerequisiteError || error instanceof ExpectedError) {
      process.stderr.write(`${error.message}\n`);
    } else {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    }
  }
}

/** Something a person can put right; the message says how. */
export class ExpectedError extends Error {
  override readonly name = 'ExpectedError';
}
