import { join, relative } from 'node:path';
import { ensureK6 } from '../../../../tools/k6/ensure-k6.ts';
import { identifyProcess } from '../../../../tools/lib/process-identity.ts';
import { type Servers, startServers } from '../../../../tools/servers/servers.ts';
import { handleInterrupts, INTERRUPTED_STATUS, InterruptedError } from '../cli/interrupts.ts';
import { RESULTS_DIRECTORY, ROOT, STATE_DIRECTORY } from '../cli/paths.ts';
import { ExpectedError } from '../cli/run-command-line.ts';
import { createTerminal, type Terminal } from '../cli/terminal.ts';
import { createConsoleClient } from '../load/console-client.ts';
import { type LoadResult, measureLoad } from '../load/measure-load.ts';
import { localLoad } from '../load/run-k6.ts';
import { accountStatus } from '../report/account-status.ts';
import { keepRun } from '../report/keep-run.ts';
import { progressLine } from '../report/progress-line.ts';
import { readVersions } from '../report/read-versions.ts';
import { newRunId } from '../report/write-results.ts';
import { type ControlServer, startControlServer } from '../stack/control-server.ts';
import { readRunRecord, removeRunRecord, writeRunRecord } from '../stack/run-file.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { CONSOLE, INGEST, messagesServices } from '../workloads/messages/services.ts';
import { urlsAndNextSteps } from './next-steps.ts';

/** Options of `npm start`. */
export interface StartSettings {
  /** Exit after the account. */
  readonly once: boolean;
  /** Clear the servers' data first. */
  readonly fresh: boolean;
  readonly load: { readonly messages: number; readonly users: number; readonly seed: string } | undefined;
  readonly replicas: Readonly<Record<string, number>>;
  readonly ports: { readonly ingest: number; readonly console: number };
}

/** Starts servers and services, loads them, prints the account; resolves with the exit status after shutdown. */
export async function startEverything(settings: StartSettings): Promise<number> {
  const running = readRunRecord(STATE_DIRECTORY);
  if (running !== undefined) {
    throw new ExpectedError(
      `already running (process ${running.supervisor.pid}, ${running.baseUrl}): use npm run load, or stop it with Ctrl-C first`,
    );
  }
  removeRunRecord(STATE_DIRECTORY);
  const terminal = createTerminal(process.stderr);
  const interrupts = handleInterrupts(() => terminal.say('stopping (Ctrl-C again to exit immediately) …'));
  const ends: (() => Promise<void>)[] = [];
  let servers: Servers | undefined;
  try {
    const prepared = await prepare(settings, terminal, interrupts.signal);
    servers = prepared.servers;
    ends.push(() => prepared.servers.down());
    const stack = await startServices(settings, prepared.servers, terminal, interrupts.signal, ends);
    terminal.say('all services are ready');
    let status = 0;
    if (settings.load !== undefined && prepared.k6 !== undefined) {
      const result = await runSeedLoad(
        settings,
        prepared.k6,
        prepared.servers,
        stack,
        terminal,
        interrupts.signal,
      );
      status = accountStatus(result);
    }
    if (!settings.once && !interrupts.signal.aborted) {
      process.stdout.write(urlsAndNextSteps(stack, prepared.servers));
      await interrupts.received;
    }
    return interrupts.signal.aborted && settings.once ? INTERRUPTED_STATUS : status;
  } catch (error) {
    if (error instanceof InterruptedError || interrupts.signal.aborted) return INTERRUPTED_STATUS;
    throw error;
  } finally {
    for (const end of ends.reverse()) await end().catch((error: unknown) => terminal.say(String(error)));
    removeRunRecord(STATE_DIRECTORY);
    const data = servers === undefined ? '' : `; data kept in ${relative(ROOT, servers.dataDirectory)}`;
    terminal.say(`everything is stopped${data}`);
    interrupts.release();
  }
}

/** Starts servers and prepares k6 concurrently: each takes minutes the first time, seconds later. */
async function prepare(
  settings: StartSettings,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<{ readonly servers: Servers; readonly k6: string | undefined }> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const guard = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      failed.abort(error);
      throw error;
    });
  const onProgress = (line: string): void => terminal.say(line);
  const [servers, k6] = await Promise.allSettled([
    guard(startServers({ fresh: settings.fresh, onProgress, signal: either })),
    settings.load === undefined ? undefined : guard(ensureK6({ onProgress, signal: either })),
  ]);
  if (servers.status === 'rejected' || k6.status === 'rejected') {
    if (servers.status === 'fulfilled') await servers.value.down();
    throw failed.signal.reason;
  }
  return { servers: servers.value, k6: k6.value };
}

async function startServices(
  settings: StartSettings,
  servers: Servers,
  terminal: Terminal,
  signal: AbortSignal,
  ends: (() => Promise<void>)[],
): Promise<Stack> {
  let control: ControlServer | undefined;
  let stack: Stack | undefined;
  const startedAt = new Date().toISOString();
  const record = (): void => {
    const supervisor = identifyProcess(process.pid);
    if (stack === undefined || control === undefined || supervisor === undefined) return;
    writeRunRecord(STATE_DIRECTORY, {
      startedAt,
      supervisor,
      baseUrl: stack.url(INGEST),
      consoleUrl: stack.url(CONSOLE),
      prometheusUrl: servers.addresses.prometheus.url,
      control: { url: control.url, token: control.token },
      services: stack.running(),
    });
  };
  stack = await startStack({
    addresses: servers.addresses,
    services: messagesServices({ replicas: settings.replicas, ports: settings.ports }),
    stateDirectory: STATE_DIRECTORY,
    targetsDirectory: servers.targetsDirectory,
    onEvent: (line) => terminal.say(line),
    onChange: record,
    signal,
  });
  ends.push(async () => void (await stack.stop()));
  control = await startControlServer(stack);
  const { close } = control;
  ends.push(close);
  record();
  return stack;
}

async function runSeedLoad(
  settings: StartSettings,
  k6: string,
  servers: Servers,
  stack: Stack,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<LoadResult> {
  const { messages, users, seed } = settings.load ?? { messages: 0, users: 0, seed: '' };
  const id = newRunId('seed');
  const directory = join(RESULTS_DIRECTORY, id);
  terminal.say(`posting ${messages.toLocaleString('en-US')} messages with ${users} users …`);
  const result = await measureLoad({
    client: createConsoleClient(stack.url(CONSOLE)),
    metricsUrls: stack.metricsUrls,
    startLoad: localLoad({
      k6,
      scenario: 'seed',
      baseUrl: stack.url(INGEST),
      variables: { MESSAGES: String(messages), USERS: String(users), SEED: seed },
      logFile: join(directory, 'k6.log'),
      accountFile: join(directory, 'account.json'),
    }),
    signal,
    onProgress: (progress) => terminal.live(progressLine(progress)),
  });
  terminal.endLive();
  keepRun({
    id,
    command: 'npm start',
    settings: { messages, users, seed, ...settings.replicas },
    versions: await readVersions(servers.addresses, k6),
    result,
  });
  return result;
}
