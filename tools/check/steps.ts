import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestDuration, TestRunResult } from './result-reporter.ts';

/** Result of a step of the check. */
export interface StepResult {
  readonly passed: number;
  readonly failed: number;
  /** Failures with their reasons, repeated at the end of the check. */
  readonly failures?: readonly string[];
  /** Test files that were run; 0 for a tool. */
  readonly files?: number;
  readonly durations?: readonly TestDuration[];
}

/** SIGKILL follows SIGTERM after this long. */
const LIMIT_GRACE_MS = 5_000;

/**
 * Runs a command on this terminal; resolves with its exit status. After `limitMs` the command and all its children are
 * killed and it fails: node:test waits indefinitely for a process with an open handle.
 */
export function run(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  limitMs = 1_800_000,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: 'inherit',
      // A process group of its own, so that its children end with it.
      detached: true,
      env: { ...process.env, ...environment },
    });
    const signalGroup = (signal: NodeJS.Signals): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal);
      } catch {
        // It has ended.
      }
    };
    const interrupt = (): void => signalGroup('SIGINT');
    const terminate = (): void => signalGroup('SIGTERM');
    process.once('SIGINT', interrupt).once('SIGTERM', terminate);
    const timers = [
      setTimeout(() => {
        process.stdout.write(`timed out after ${limitMs / 1_000} s, killed: ${args.at(-1)}\n`);
        terminate();
      }, limitMs),
      setTimeout(() => signalGroup('SIGKILL'), limitMs + LIMIT_GRACE_MS),
    ];
    const settle = (): void => {
      for (const timer of timers) clearTimeout(timer);
      process.off('SIGINT', interrupt).off('SIGTERM', terminate);
    };
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      settle();
      resolve(signal === null ? (code ?? 1) : 1);
    });
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
    /** All files together are ended after this long. */
    readonly limitMs?: number;
  } = {},
): Promise<StepResult> {
  const directory = await mkdtemp(join(tmpdir(), 'caudal-check-'));
  const resultFile = join(directory, 'result.json');
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
        `--test-reporter=${join(import.meta.dirname, 'result-reporter.ts')}`,
        `--test-reporter-destination=${resultFile}`,
        ...files,
      ],
      options.environment,
      options.limitMs,
    );
    // Empty where the runner was ended before its summary.
    const written = await readFile(resultFile, 'utf8').catch(() => '');
    const { counts, failures, durations } = JSON.parse(
      written || '{"failures":[],"durations":[]}',
    ) as TestRunResult;
    const of = { files: files.length, durations };
    const passed = counts?.passed ?? 0;
    const failed =
      (counts?.failed ?? 0) + (counts?.cancelled ?? 0) + (counts?.skipped ?? 0) + (counts?.todo ?? 0);
    if (failed > 0 || (status === 0 && passed > 0)) return { passed, failed, failures, ...of };
    const silent = `the runner exited with status ${status} after ${passed} tests: ${files.join(', ')}`;
    process.stdout.write(`${silent}\n`);
    return { passed, failed: 1, failures: [...failures, silent], ...of };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Runs test files one after the other, each in a runner of its own: what one leaves open cannot hold up the rest. */
export async function runTestsOneByOne(
  files: readonly string[],
  options: Parameters<typeof runTests>[1] = {},
): Promise<StepResult> {
  const total = { passed: 0, failed: files.length === 0 ? 1 : 0 };
  const failures: string[] = [];
  const durations: TestDuration[] = [];
  for (const file of files) {
    process.stdout.write(`\n${file}\n`);
    const result = await runTests([file], { ...options, concurrency: 1 });
    total.passed += result.passed;
    total.failed += result.failed;
    failures.push(...(result.failures ?? []));
    durations.push(...(result.durations ?? []));
  }
  return { ...total, failures, files: files.length, durations };
}
