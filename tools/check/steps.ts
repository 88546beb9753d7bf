import { type StdioOptions, spawn } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
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

/** Takes the whole output of a command that has ended. */
export type Print = (text: string) => void;

/** SIGKILL follows SIGTERM after this long. */
const LIMIT_GRACE_MS = 5_000;

/** Options of a command. */
export interface RunOptions {
  /** Added to the environment of this process. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** The command and all its children are killed after this long. Default half an hour. */
  readonly limitMs?: number | undefined;
  /** Gets the output when the command has ended; by default the command writes to this terminal. */
  readonly print?: Print | undefined;
}

/**
 * Runs a command; resolves with its exit status. After `limitMs` the command and all its children are killed and it
 * fails: node:test waits indefinitely for a process with an open handle.
 */
export async function run(
  command: string,
  args: readonly string[],
  { print, ...options }: RunOptions = {},
): Promise<number> {
  if (print === undefined)
    return await runOn(command, args, options, 'inherit', (text) => process.stdout.write(text));
  const directory = await mkdtemp(join(tmpdir(), 'caudal-check-'));
  // A file, not a pipe: what the command leaves behind would keep a pipe open.
  const output = await open(join(directory, 'output'), 'a+');
  try {
    const said: string[] = [];
    const status = await runOn(command, args, options, ['ignore', output.fd, output.fd], (text) =>
      said.push(text),
    );
    print((await readFile(join(directory, 'output'), 'utf8')) + said.join(''));
    return status;
  } finally {
    await output.close();
    await rm(directory, { recursive: true, force: true });
  }
}

function runOn(
  command: string,
  args: readonly string[],
  { environment, limitMs = 1_800_000 }: Omit<RunOptions, 'print'>,
  stdio: StdioOptions,
  say: (text: string) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio,
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
        say(`timed out after ${limitMs / 1_000} s, killed: ${args.at(-1)}\n`);
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
export async function runTool(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<StepResult> {
  const status = await run(command, args, options);
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** Options of a run of test files; `limitMs` is for all files together. */
export interface TestOptions extends RunOptions {
  /** Test files at a time; 1 where they share servers and cores. */
  readonly concurrency?: number;
  /** A test without end fails after this long. */
  readonly timeoutMs?: number;
}

/**
 * Runs test files with node:test and counts. A file that is not there, a run without tests, a skipped test and a
 * runner that fails without naming a test all count as failures.
 */
export async function runTests(files: readonly string[], options: TestOptions = {}): Promise<StepResult> {
  const directory = await mkdtemp(join(tmpdir(), 'caudal-check-'));
  const resultFile = join(directory, 'result.json');
  try {
    const status = await run(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        '--disable-warning=TimeoutNegativeWarning',
        `--import=${join(import.meta.dirname, 'late-errors.ts')}`,
        '--test',
        `--test-concurrency=${options.concurrency ?? 2}`,
        `--test-timeout=${options.timeoutMs ?? 60_000}`,
        '--test-reporter=spec',
        '--test-reporter-destination=stdout',
        `--test-reporter=${join(import.meta.dirname, 'result-reporter.ts')}`,
        `--test-reporter-destination=${resultFile}`,
        ...files,
      ],
      options,
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
    (options.print ?? ((text: string) => process.stdout.write(text)))(`${silent}\n`);
    return { passed, failed: 1, failures: [...failures, silent], ...of };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Runs test files one after the other, each in a runner of its own: what one leaves open cannot hold up the rest. */
export async function runTestsOneByOne(
  files: readonly string[],
  { print, ...options }: TestOptions = {},
): Promise<StepResult> {
  const say = print ?? ((text: string) => void process.stdout.write(text));
  const results: StepResult[] = [];
  for (const file of files) {
    say(`\n${file}\n`);
    results.push(await runTests([file], { ...options, concurrency: 1, print }));
  }
  return sumResults(results);
}

/** Adds results up. Nothing at all is a failure: a pattern that finds no file must not pass. */
export function sumResults(results: readonly StepResult[]): StepResult {
  const failures: string[] = [];
  const durations: TestDuration[] = [];
  let passed = 0;
  let failed = results.length === 0 ? 1 : 0;
  let files = 0;
  for (const result of results) {
    passed += result.passed;
    failed += result.failed;
    failures.push(...(result.failures ?? []));
    durations.push(...(result.durations ?? []));
    files += result.files ?? 0;
  }
  return { passed, failed, failures, files, durations };
}
