import { ConfigError } from '@caudal/common/config';
import { AppError } from '@caudal/common/errors';
import { ImportError } from '../data/import-error.ts';
import { runCommand } from './run.ts';
import { USAGE, UsageError } from './usage.ts';

/** Errors that say all about what to do. */
const EXPECTED = [AppError, ConfigError, ImportError];

const args = process.argv.slice(2);
const say = (line: string): void => void process.stderr.write(`${line}\n`);

if (args.includes('--help') || args.includes('-h')) {
  process.stdout.write(USAGE);
} else {
  try {
    await runCommand(args, process.env, { result: (text) => process.stdout.write(text), say });
  } catch (error) {
    const isUsage = error instanceof UsageError;
    process.exitCode = isUsage ? 2 : 1;
    if (isUsage) say(`${error.message} (see npm run films -- --help)`);
    else if (EXPECTED.some((kind) => error instanceof kind)) say((error as Error).message);
    else say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}
