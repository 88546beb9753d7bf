import type { StoreName } from '@caudal/common/stores';
import type { ServerAddresses } from '../../../../../../tools/servers/servers.ts';
import { runPairs } from '../../../bench/pairs.ts';
import { measure, rate, uniqueName } from '../../../bench/program.ts';
import type { Row } from '../../../bench/rows.ts';
import { fill, kafkaBroker, makeBodies, programPath } from '../../messages/bench/bed.ts';
import type { Effort } from '../../messages/bench/effort.ts';
import { CONTENDERS, type Contender } from '../compare/contenders.ts';
import { laneRun } from './lane-run.ts';

/** What a store that keeps rows is measured against. */
interface Limit {
  /** Program beside the others that writes the same batches with the store's own bulk command. */
  readonly program: string;
  readonly what: string;
  /** Ratio to reach. */
  readonly goal: number;
}

const LIMITS: Readonly<Partial<Record<StoreName, Limit>>> = {
  postgresql: {
    program: 'copy-postgresql',
    what: 'COPY of the same rows in the same batches, without identities, counts and positions',
    goal: 0.4,
  },
  ignite: {
    program: 'put-all-ignite',
    what: 'putAll of the same messages in the same batches, without identities, counts and positions',
    goal: 0.5,
  },
};

/** Compares a store with its own bulk command, and its lane with one awaited write a message. */
export async function storeRows(addresses: ServerAddresses, name: StoreName, effort: Effort): Promise<Row[]> {
  const contender = CONTENDERS.find((one) => one.name === name);
  const limit = LIMITS[name];
  if (contender === undefined || limit === undefined) throw new Error(`${name} is not benched`);
  const topic = uniqueName('bench');
  await fill(kafkaBroker(addresses, topic), makeBodies(effort.messages), 1_000);
  const run = (program: string, messages: number) => () =>
    runClean(contender, addresses, { program, topic, messages });
  return [
    {
      what: `${contender.title}, a transaction a batch of 1,000, everything on`,
      against: limit.what,
      unit: 'messages/s',
      goal: limit.goal,
      result: await runPairs(
        effort.pairs,
        run(ownProgram('store-apply'), effort.messages),
        run(ownProgram(limit.program), effort.messages),
      ),
    },
    {
      what: `Kafka → ${contender.title} consumer, everything on`,
      against: `kafkajs eachMessage that awaits one write a message (${contender.naive})`,
      unit: 'messages/s',
      goal: contender.timesNaive ?? 1,
      result: await runPairs(
        Math.min(effort.pairs, 3),
        run(programPath('caudal-consumer'), effort.messages),
        run(ownProgram(contender.naiveProgram), effort.slowMessages),
      ),
    },
  ];
}

function ownProgram(name: string): string {
  return `services/lab/src/workloads/stores/bench/programs/${name}.ts`;
}

/** Runs a program under names of its own, and removes what it left. */
async function runClean(
  contender: Contender,
  addresses: ServerAddresses,
  {
    program,
    topic,
    messages,
  }: { readonly program: string; readonly topic: string; readonly messages: number },
): Promise<number> {
  const variables = laneRun(addresses, { store: contender.name, topic, messages });
  try {
    return rate(await measure(program, variables));
  } finally {
    await contender.clean({ url: variables.STORE_URL, keyPrefix: variables.STORE_KEY_PREFIX });
  }
}
