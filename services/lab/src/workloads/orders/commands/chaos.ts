import { join } from 'node:path';
import { INTENSITY_OPTIONS, readIntensity } from '../../../chaos/read-intensity.ts';
import { wholeNumber } from '../../../cli/arguments.ts';
import { type CommandLine, commandLine } from '../../../cli/command-line.ts';
import { STATE_DIRECTORY } from '../../../cli/paths.ts';
import type { ChaosChoice } from '../../workload.ts';
import { ordersChaos } from '../chaos.ts';
import type { OrdersResult } from '../load/measure-orders.ts';
import { API, NOTIFIER, PROCESSOR, SERVERS, STEP_MS } from '../services.ts';

/** Two of each cover a rebalance, a retry through another process, and a lease that runs out. */
const REPLICAS: Readonly<Record<string, number>> = { [API]: 2, [PROCESSOR]: 2, [NOTIFIER]: 2 };

const text = { type: 'string' } as const;

/** `npm run chaos -- orders`: the shop, its servers and its mail server, broken under load. */
export const CHAOS: CommandLine<ChaosChoice<OrdersResult>> = commandLine({
  usage: `usage: npm run chaos -- orders [options]

Kills and suspends every process, PostgreSQL, Kafka and the mail server in turn, loses replies of the database, and lets the
mail server refuse, hang and hang up, under a load that retries, cancels and watches. Passes when the verdict is exact, every
fault had an effect, and work flowed again within 15 s of each fault. Starts its own servers and services.

  --orders N         orders to place at least (4000)
  --seed TEXT        seed for the orders and the order of faults (1)
  --step-ms N        least time in each state, ms (2000)
  --kills N          kills per target (2)
  --stops N          suspensions (SIGSTOP) per target (2)
  --stop-seconds N   length of a suspension, s (10)
  --network N        lost replies and resets per connection, and each misbehaviour of the mail server (2)
  --targets A,B      inject faults only into these: kafka, orders-processor-1, mailbox-drops, … (all)
`,
  options: { ...INTENSITY_OPTIONS, orders: text, 'step-ms': text },
  read({ values }) {
    const orders = wholeNumber('orders', values.orders, { min: 100, max: 1_000_000, fallback: 4_000 });
    const stepMs = wholeNumber('step-ms', values['step-ms'], { min: 100, max: 60_000, fallback: STEP_MS });
    return {
      intensity: readIntensity(values, orders),
      sizeOption: 'orders',
      targets: values.targets?.split(','),
      servers: SERVERS,
      settings: { ...REPLICAS, stepMs },
      workloadOn: (addresses) =>
        ordersChaos({ addresses, directory: join(STATE_DIRECTORY, 'chaos'), stepMs, replicas: REPLICAS }),
    };
  },
});
