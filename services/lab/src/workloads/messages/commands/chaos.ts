import { INTENSITY_OPTIONS, readIntensity } from '../../../chaos/read-intensity.ts';
import { wholeNumber } from '../../../cli/arguments.ts';
import { type CommandLine, commandLine } from '../../../cli/command-line.ts';
import type { ChaosChoice } from '../../workload.ts';
import { messagesChaos } from '../chaos.ts';
import { breakableServers } from '../faults.ts';
import { type LaneSystem, laneNames } from '../lane-system.ts';
import { readLanes, serversOf } from '../lanes.ts';
import type { LoadResult } from '../load/measure-load.ts';
import { messagesServices, replicasOf } from '../services.ts';

/** Two of each cover a rebalance, a consumer that resumes after losing its partitions, and a retry through another ingest. */
const REPLICAS = 2;

const text = { type: 'string' } as const;

/** `npm run chaos` for a system of lanes: its services and servers, broken under load. */
export const chaosLine = ({ lanes: usual }: LaneSystem): CommandLine<ChaosChoice<LoadResult>> =>
  commandLine({
    usage: `usage: npm run chaos -- [SYSTEM] [options]

Kills and suspends every process and server in turn, and breaks the network between consumers and stores, under load
from a client that retries. Passes when the account is exact, every fault had an effect, and every lane caught up
within 15 s of each fault. Starts its own servers and services: two ingest-apis and two consumers per lane.

  --messages N       messages to post at least (20000)
  --seed TEXT        seed for the messages and the order of faults (1)
  --kills N          kills per target (2)
  --stops N          suspensions (SIGSTOP) per target (2)
  --stop-seconds N   length of a suspension, s (10)
  --network N        swallowed replies, and resets, per store (2)
  --lanes A,B        lanes to run, each <broker>-<store> (${laneNames(usual)})
  --targets A,B      inject faults only into these: ${serversOf(usual).join(', ')}, ingest-api-1, kafka-consumer-2, … (all)
`,
    options: { ...INTENSITY_OPTIONS, messages: text, lanes: text },
    read({ values }) {
      const messages = wholeNumber('messages', values.messages, {
        min: 100,
        max: 10_000_000,
        fallback: 20_000,
      });
      const intensity = readIntensity(values, messages);
      const lanes = readLanes(values.lanes ?? laneNames(usual));
      const replicas = Object.fromEntries(
        Object.keys(replicasOf(messagesServices({ lanes }))).map((name) => [name, REPLICAS]),
      );
      return {
        intensity,
        sizeOption: 'messages',
        targets: values.targets?.split(','),
        servers: breakableServers(lanes).map(({ name }) => name),
        settings: replicas,
        workloadOn: (addresses) => messagesChaos({ addresses, lanes, replicas }),
      };
    },
  });
