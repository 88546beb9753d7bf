/**
 * Loaded into the process of each test file. Writes where an error comes from that no test catches: node:test reports
 * one that comes after its test has ended by its message alone.
 */
import { writeSync } from 'node:fs';
import { leaveAtExit } from '../lib/leave-at-exit.ts';

const STDERR = 2;

function report(origin: string, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const cause =
    error instanceof Error && error.cause instanceof Error ? `\ncaused by ${error.cause.stack}` : '';
  writeSync(STDERR, `${origin}: ${text}${cause}\n`);
}

leaveAtExit();
process.on('uncaughtExceptionMonitor', (error) => report('uncaught error', error));
process.on('unhandledRejection', (reason) => {
  report('unhandled rejection', reason);
  // A child that inherits this module and has no handler of its own must end as it would without it.
  if (process.listenerCount('unhandledRejection') === 1) throw reason;
});
