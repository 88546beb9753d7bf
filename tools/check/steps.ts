import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What one step of the check came to. */
export interface StepResult {
  readonly passed: number;
  readonly failed: number;
}

/** Runs a command with the terminal as its own; resolves with its exit status. */
export function run(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...environment } });
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 1));
  });
}

/** A command that passes or fails as a whole. */
export async function runTool(command: string, args: readonly string[]): Promise<StepResult> {
  const status = await run(command, args);
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/**
 * Runs test files with node:test and counts. A file that is not there, a run without tests, a skipped test and a
 * runner that fails without naming a test all count as failures.
 */
export async function runTests(
  files: readonly string[],
  options: {
    readonly environment?: Readonly<Record<string, string>>;
    /** Test files at a time; 1 where they share servers and cores. */
    readonly concurrency?: number;
    /** A test without end fails after this long. */
    readonly timeoutMs?: number;
  } = {},
): Promise<StepResult> {
  const directory = await mkdtemp(join(tmpdir(), 'caudal-check-'));
  const countsFile = join(directory, 'counts.json');
  try {
    const status = await run(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        '--disable-warning=TimeoutNegativeWarning',
        '--test',
        `--test-concurrency=${options.concurrency ?? 2}`,
        `--test-timeout=${options.timeoutMs ?? 60_000}`,
        '--test-reporter=spec',
        '--test-reporter-destination=stdout',
        `--test-reporter=${join(import.meta.dirname, 'count-reporter.ts')}`,
        `--test-reporter-destination=${countsFile}`,
        ...files,
      ],
      options.environment,
    );
    const counts = JSON.parse(await readFile(countsFile, 'utf8').catch(() => '{}')) as Partial<
      Record<'passed' | 'failed' | 'cancelled' | 'skipped' | 'todo', number>
    >;
    const passed = counts.passed ?? 0;
    const failed =
      (counts.failed ?? 0) + (counts.cancelled ?? 0) + (counts.skipped ?? 0) + (counts.todo ?? 0);
    const silent = failed === 0 && (status !== 0 || passed === 0);
    if (silent) process.stdout.write(`the runner ended with status ${status} and ${passed} tests\n`);
    return { passed, failed: silent ? 1 : failed };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
