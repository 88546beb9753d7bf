import { ConfigError } from '../config/parse-config.ts';
import { errorMessage } from '../errors.ts';

/**
 * Runs a service's `main`. A configuration that is not usable prints every problem and exits with 1 before
 * anything connects; any other error at start prints its message and exits with 1.
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
