import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Lane } from '@caudal/common/lanes';
import { ensureK6 } from '../../../../tools/k6/ensure-k6.ts';
import { startServers } from '../../../../tools/servers/servers.ts';
import { chaosReport, chaosSummary } from '../chaos/chaos-report.ts';
import { runChaos } from '../chaos/run-chaos.ts';
import { readOptions, UsageError, wholeNumber } from '../cli/arguments.ts';
import { handleInterrupts, INTERRUPTED_STATUS } from '../cli/interrupts.ts';
import { RESULTS_DIRECTORY, ROOT, STATE_DIRECTORY } from '../cli/paths.ts';
import { runCommandLine } from '../cli/run-command-line.ts';
import { createTerminal } from '../cli/terminal.ts';
import { readVersions } from '../report/read-versions.ts';
import { runSummary } from '../report/summary.ts';
import { newRunId, writeResults } from '../report/write-results.ts';
import { scalable } from '../stack/service-spec.ts';
import { messagesChaos } from '../workloads/messages/chaos.ts';
import { breakableServers } from '../workloads/messages/faults.ts';
import { readLanes } from '../workloads/messages/lanes.ts';
import { messagesServices } from '../workloads/messages/services.ts';

const SERVERS = breakableServers(readLanes(undefined)).map(({ name }) => name);

const USAGE = `usage: npm run chaos -- [options]

Kills and suspends every process and server in turn, and breaks the network between consumers and stores, under load
from a client that retries. Passes when the account is exact, every fault had an effect, and every lane caught up
within 15 s of each fault. Starts its own servers and services: two ingest-apis and two consumers per lane.

  --messages N       total messages to post (20000)
  --seed TEXT        seed for the messages and the order of faults (1)
  --kills N          kills per target (2)
  --stops N          suspensions (SIGSTOP) per target (2)
  --stop-seconds N   length of a suspension, s (10)
  --network N        swallowed replies, and resets, per store (2)
  --lanes A,B        lanes to run, each <broker>-<store> (rabbitmq-valkey,kafka-redis)
  --targets A,B      inject faults only into these: ${SERVERS.join(', ')}, ingest-api-1, kafka-consumer-2, … (all)
  --pace N           stretch the load by this factor, for a slow machine (1)
`;

/** Two of each cover a rebalance, a consumer that resumes after losing its partitions, and a retry through another ingest. */
const REPLICAS = 2;

await runCommandLine(USAGE, async (args) => {
  const text = { type: 'string' } as const;
  const { values } = readOptions(args, {
    messages: text,
    seed: text,
    kills: text,
    stops: text,
    'stop-seconds': text,
    network: text,
    lanes: text,
    targets: text,
    pace: text,
  });
  const number = (
    name: Exclude<keyof typeof values, 'seed' | 'lanes' | 'targets'>,
    min: number,
    max: number,
    fallback: number,
  ) => wholeNumber(name, values[name], { min, max, fallback });
  const settings = {
    seed: values.seed ?? '1',
    messages: number('messages', 100, 10_000_000, 20_000),
    kills: number('kills', 0, 100, 2),
    stops: number('stops', 0, 100, 2),
    networkFaults: number('network', 0, 100, 2),
    stopMs: number('stop-seconds', 1, 120, 10) * 1_000,
    pace: number('pace', 1, 20, 1),
  };
  if (settings.kills + settings.stops + settings.networkFaults === 0)
    throw new UsageError('nothing to inject: raise --kills, --stops or --network');
  const lanes = readLanes(values.lanes);
  const replicas = replicasOf(lanes);
  const targets = values.targets?.split(',');
  const terminal = createTerminal(process.stderr);
  const interrupts = handleInterrupts(() => terminal.say('stopping (Ctrl-C again to exit immediately) …'));
  const onEvent = (line: string): void => terminal.say(line);
  const id = newRunId('chaos');
  const directory = join(RESULTS_DIRECTORY, id);
  const stateDirectory = join(STATE_DIRECTORY, 'chaos');
  const k6 = await ensureK6({ onProgress: onEvent, signal: interrupts.signal });
  const servers = await startServers({
    only: breakableServers(lanes).map(({ name }) => name),
    dataDirectory: join(stateDirectory, 'servers'),
    fresh: true,
    onProgress: onEvent,
    signal: interrupts.signal,
  });
  try {
    const versions = await readVersions(servers.addresses, k6);
    const chaos = await runChaos({
      ...settings,
      ...(targets !== undefined && { targets }),
      workload: messagesChaos({ addresses: servers.addresses, lanes, replicas }),
      servers,
      k6,
      stateDirectory,
      resultDirectory: directory,
      onEvent,
      onProgress: (line) => {
        if (process.stderr.isTTY) terminal.live(line);
      },
      signal: interrupts.signal,
    });
    terminal.endLive();
    writeResults(directory, {
      id,
      command: `npm run chaos -- --messages ${settings.messages} --seed ${settings.seed}`,
      settings: { ...settings, ...replicas },
      versions,
      result: chaos.result,
    });
    writeFileSync(
      join(directory, 'faults.json'),
      `${JSON.stringify({ verdict: chaos.verdict, outcomes: chaos.outcomes }, null, 2)}\n`,
    );
    writeFileSync(join(directory, 'faults.md'), chaosReport(chaos));
    process.stdout.write(
      `\n${runSummary(chaos.result)}\n${chaosSummary(chaos)}\nwritten to ${relative(ROOT, directory)}\n`,
    );
    return chaos.verdict.failures.length === 0 ? 0 : 1;
  } catch (error) {
    if (interrupts.signal.aborted) return INTERRUPTED_STATUS;
    throw error;
  } finally {
    await servers.down();
    interrupts.release();
  }
});

function replicasOf(lanes: readonly Lane[]): Readonly<Record<string, number>> {
  const sets = scalable(messagesServices({ lanes }));
  return Object.fromEntries(sets.map(({ name }) => [name, REPLICAS]));
}
