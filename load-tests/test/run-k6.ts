import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { LoadAccount } from '../lib/account.ts';

/** A finished run of k6. @typeParam Account what the script writes */
export type K6Run<Account = LoadAccount> = {
  exitCode: number | null;
  /** Both streams, for messages to people. */
  output: string;
  /** Undefined when no account was written. */
  account: Account | undefined;
};

/** A run in progress. */
export type K6Process<Account = LoadAccount> = { child: ChildProcess; finished: Promise<K6Run<Account>> };

const scriptFolder = fileURLToPath(new URL('..', import.meta.url));

/**
 * Starts `k6 run` on a script of this folder.
 *
 * @param t ends k6 with the test, whatever becomes of it
 * @param variables handed over with `-e`
 * @param extra further command-line arguments and environment
 */
export async function startK6<Account = LoadAccount>(
  t: TestContext,
  script: string,
  variables: Record<string, string | number>,
  extra: { args?: string[]; env?: Record<string, string> } = {},
): Promise<K6Process<Account>> {
  const folder = await mkdtemp(join(tmpdir(), 'caudal-k6-'));
  const accountFile = join(folder, 'account.json');
  const binary = process.env.K6_BIN ?? 'k6';
  const assignments = Object.entries({ ACCOUNT_FILE: accountFile, ...variables });
  const child = spawn(
    binary,
    [
      'run',
      '--quiet',
      ...assignments.flatMap(([name, value]) => ['-e', `${name}=${value}`]),
      ...(extra.args ?? []),
      join(scriptFolder, script),
    ],
    {
      // Nothing of the caller's environment may change a run: k6 reads K6_… and hands the rest to the script.
      env: { PATH: process.env.PATH ?? '', HOME: folder, K6_NO_USAGE_REPORT: 'true', ...extra.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  t.after(async () => {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    output += String(chunk);
  });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => {
      reject(new Error(`cannot run k6 as "${binary}": set K6_BIN to the k6 binary`, { cause: error }));
    });
    child.once('close', resolve);
  });
  const finished = exited.then(async (exitCode) => {
    const text = await readFile(accountFile, 'utf8').catch(() => undefined);
    return { exitCode, output, account: text === undefined ? undefined : (JSON.parse(text) as Account) };
  });
  return { child, finished };
}

/** Runs a script to its end. */
export async function runK6<Account = LoadAccount>(
  ...call: Parameters<typeof startK6>
): Promise<K6Run<Account>> {
  return (await startK6<Account>(...call)).finished;
}
