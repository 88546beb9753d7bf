import { failUsage, printsHelp } from '../../../../tools/lib/command-line.ts';
import { leaveAtExit } from '../../../../tools/lib/leave-at-exit.ts';
import { PrerequisiteError } from '../../../../tools/lib/prerequisite-error.ts';
import { UsageError } from './arguments.ts';

/**
 * Runs a command's `main` with the arguments of this process and makes its result the exit status. A usage error is
 * one line and exits with 2; an expected error is printed without a stack.
 */
export async function runCommandLine(
  usage: string,
  main: (args: readonly string[]) => Promise<number>,
): Promise<void> {
  leaveAtExit();
  const args = process.argv.slice(2);
  if (printsHelp(usage, args)) return;
  try {
    process.exitCode = await main(args);
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof UsageError) {
      failUsage(error.message, usage);
    } else if (error instanceof PrerequisiteError || error instanceof ExpectedError) {
      process.stderr.write(`${error.message}\n`);
    } else {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    }
  }
}

/** An error the user can fix; the message says how. */
export class ExpectedError extends Error {
  override readonly name = 'ExpectedError';
}
