import { ConfigError } from '../config/parse-config.ts';
import { errorMessage } from '../errors.ts';

/**
 * Runs a service's `main`. An invalid configuration prints all problems and exits with 1 before connecting; any other
 * startup error prints its message and exits with 1.
 */
export function runMain(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    const text =
      error instanceof ConfigError
        ? error.message
        : `cannot start: ${error instanceof Error ? (error.stack ?? error.message) : errorMessage(error)}`;
    process.stderr.write(`${text}\n`);
    process.exit(1);
  });
}
