import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LoadAccount } from '../../../../load-tests/lib/account.ts';
import { chooseFreePorts } from '../../../../tools/servers/ports.ts';
import { ROOT } from '../cli/paths.ts';
import { ExpectedError } from '../cli/run-command-line.ts';

export type { LoadAccount } from '../../../../load-tests/lib/account.ts';

/** The scenarios in load-tests/. */
export const SCENARIOS = ['seed', 'steady', 'ramp', 'spike', 'soak'] as const;

/** One of {@link SCENARIOS}. */
export type Scenario = (typeof SCENARIOS)[number];

/** A run of k6. */
export interface K6Options {
  /** The k6 binary. */
  readonly k6: string;
  readonly scenario: Scenario;
  readonly baseUrl: string;
  /** Variables of load-tests/README.md. */
  readonly variables: Readonly<Record<string, string>>;
  /** k6's own output goes here. */
  readonly logFile: string;
  /** k6 writes the account here. */
  readonly accountFile: string;
  /** Ends the load; its account, with unknown messages, still comes. */
  readonly signal?: AbortSignal | undefined;
}

/** Starts a load that ends early, with its account, when `signal` is aborted. */
export type StartLoad = (signal: AbortSignal | undefined) => Promise<LoadRun>;

/** A load that runs. */
export interface LoadRun {
  /**
   * Resolves with the account, also where thresholds failed or the run was interrupted.
   * @throws ExpectedError with the end of k6's output when there is none.
   */
  readonly done: Promise<LoadAccount>;
  /** A counter of k6 at this moment; 0 before it counts and after it ended. */
  counter(name: string): Promise<number>;
}

/** A load by a k6 on this machine. */
export function localLoad(options: Omit<K6Options, 'signal'>): StartLoad {
  return (signal) => startK6({ ...options, signal });
}

async function startK6(options: K6Options): Promise<LoadRun> {
  const [apiPort = 0] = await chooseFreePorts(1);
  await Promise.all(
    [options.logFile, options.accountFile].map((path) => mkdir(dirname(path), { recursive: true })),
  );
  const variables = {
    ...options.variables,
    BASE_URL: options.baseUrl,
    ACCOUNT_FILE: options.accountFile,
  };
  const args = [
    'run',
    '--quiet',
    '--no-color',
    '--no-usage-report',
    ...['--address', `127.0.0.1:${apiPort}`],
    ...Object.entries(variables).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
    join(ROOT, 'load-tests', `${options.scenario}.ts`),
  ];
  const child = spawn(options.k6, args, {
    // A session of its own: Ctrl-C asks the command first, which then ends k6 so that it still writes the account.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(options.logFile, { flags: 'a' });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const interrupt = (): void => void child.kill('SIGINT');
  options.signal?.addEventListener('abort', interrupt, { once: true });
  if (options.signal?.aborted) interrupt();
  const done = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  })
    .then((status) => readAccount(options, status))
    .finally(() => {
      options.signal?.removeEventListener('abort', interrupt);
      log.end();
    });
  return {
    done,
    async counter(name) {
      try {
        const url = `http://127.0.0.1:${apiPort}/v1/metrics/${name}`;
        const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
        const body = (await response.json()) as { data?: { attributes?: { sample?: { count?: number } } } };
        return body.data?.attributes?.sample?.count ?? 0;
      } catch {
        return 0;
      }
    },
  };
}

async function readAccount(options: K6Options, status: number | null): Promise<LoadAccount> {
  try {
    return JSON.parse(await readFile(options.accountFile, 'utf8')) as LoadAccount;
  } catch (error) {
    const log = await readFile(options.logFile, 'utf8').catch(() => '');
    const tail = log.trimEnd().split('\n').slice(-15).join('\n');
    throw new ExpectedError(`k6 ended with status ${status} and without an account:\n${tail}`, {
      cause: error,
    });
  }
}
