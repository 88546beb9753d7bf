import { join, relative } from 'node:path';
import { ensureK6 } from '../../../../tools/k6/ensure-k6.ts';
import { identifyProcess } from '../../../../tools/lib/process-identity.ts';
import { type Servers, startServers } from '../../../../tools/servers/servers.ts';
import { handleInterrupts, INTERRUPTED_STATUS, InterruptedError } from '../cli/interrupts.ts';
import { RESULTS_DIRECTORY, ROOT, SERVERS_DIRECTORY, STATE_DIRECTORY } from '../cli/paths.ts';
import { ExpectedError } from '../cli/run-command-line.ts';
import { createTerminal, type Terminal } from '../cli/terminal.ts';
import { localLoad } from '../load/run-k6.ts';
import { keepRun } from '../report/keep-run.ts';
import { readVersions } from '../report/read-versions.ts';
import { newRunId } from '../report/write-results.ts';
import { type ControlServer, startControlServer } from '../stack/control-server.ts';
import { readRunRecord, removeRunRecord, writeRunRecord } from '../stack/run-file.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { nounOf, scenarioOf } from '../workloads/index.ts';
import type { AnnouncedLoad, StartChoice, Workload } from '../workloads/workload.ts';

/** Starts servers and services, loads them, prints the account; resolves with the exit status after shutdown. */
export async function startEverything(workload: Workload, choice: StartChoice): Promise<number> {
  const running = readRunRecord(STATE_DIRECTORY);
  if (running !== undefined) {
    throw new ExpectedError(
      `already running (process ${running.supervisor.pid}, ${Object.values(running.urls)[0]}): use npm run load, or stop it with Ctrl-C first`,
    );
  }
  removeRunRecord(STATE_DIRECTORY);
  const terminal = createTerminal(process.stderr);
  const interrupts = handleInterrupts(() => terminal.say('stopping (Ctrl-C again to exit immediately) …'));
  const ends: (() => Promise<void>)[] = [];
  let servers: Servers | undefined;
  try {
    const prepared = await prepare(choice, terminal, interrupts.signal);
    servers = prepared.servers;
    ends.push(() => prepared.servers.down());
    const stack = await startServices(
      workload.name,
      choice,
      prepared.servers,
      terminal,
      interrupts.signal,
      ends,
    );
    terminal.say('all services are ready');
    let status = 0;
    if (choice.load !== undefined && prepared.k6 !== undefined) {
      status = await runLoad(workload, choice, {
        load: choice.load,
        k6: prepared.k6,
        servers: prepared.servers,
        stack,
        terminal,
        signal: interrupts.signal,
      });
    }
    if (!choice.once && !interrupts.signal.aborted) {
      process.stdout.write(choice.nextSteps(stack, prepared.servers));
      await interrupts.received;
    }
    return interrupts.signal.aborted && choice.once ? INTERRUPTED_STATUS : status;
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

/** Starts servers, prepares k6 and what services need concurrently: each takes minutes the first time, seconds later. */
async function prepare(
  choice: StartChoice,
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
  const [servers, k6, ...built] = await Promise.allSettled([
    guard(
      startServers({
        only: choice.servers,
        dataDirectory: SERVERS_DIRECTORY,
        fresh: choice.fresh,
        onProgress,
        signal: either,
      }),
    ),
    choice.load === undefined ? undefined : guard(ensureK6({ onProgress, signal: either })),
    ...choice.services.flatMap(({ prepare }) => (prepare === undefined ? [] : [guard(prepare(onProgress))])),
  ]);
  const isBuilt = built.every(({ status }) => status === 'fulfilled');
  if (servers.status === 'rejected' || k6.status === 'rejected' || !isBuilt) {
    if (servers.status === 'fulfilled') await servers.value.down();
    throw failed.signal.reason;
  }
  return { servers: servers.value, k6: k6.value };
}

async function startServices(
  system: string,
  choice: StartChoice,
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
      system,
      setup: choice.setup ?? {},
      urls: urlsOf(stack),
      control: { url: control.url, token: control.token },
      services: stack.running(),
    });
  };
  stack = await startStack({
    addresses: servers.addresses,
    services: choice.services,
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

/** URLs of the services that have an API, by name. */
function urlsOf(stack: Stack): Readonly<Record<string, string>> {
  const withApi = stack.services.filter(({ http }) => http !== undefined);
  return Object.fromEntries(withApi.map(({ name }) => [name, stack.url(name)]));
}

/** Sends the load, prints and keeps the run; resolves with the exit status. */
async function runLoad(
  workload: Workload,
  choice: StartChoice,
  {
    load,
    k6,
    servers,
    stack,
    terminal,
    signal,
  }: {
    readonly load: AnnouncedLoad;
    readonly k6: string;
    readonly servers: Servers;
    readonly stack: Stack;
    readonly terminal: Terminal;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const id = newRunId(nounOf(workload, '-') + scenarioOf(workload, load.scenario));
  const directory = join(RESULTS_DIRECTORY, id);
  terminal.say(load.announcement);
  const result = await workload.measure({
    site: {
      url: (service) => stack.url(service),
      fetch,
      metricsUrls: stack.metricsUrls,
      addresses: servers.addresses,
    },
    startLoad: localLoad({
      k6,
      scenario: load.scenario,
      baseUrl: stack.url(choice.entry),
      variables: load.variables,
      logFile: join(directory, 'k6.log'),
      accountFile: join(directory, 'account.json'),
    }),
    signal,
    onProgress: (line) => terminal.live(line),
  });
  terminal.endLive();
  keepRun(workload, {
    id,
    command: `npm start${nounOf(workload) && ` -- ${workload.name}`}`,
    settings: load.settings,
    versions: await readVersions(servers.addresses, k6, choice.servers),
    result,
  });
  return workload.judge(result).exact ? 0 : 1;
}
