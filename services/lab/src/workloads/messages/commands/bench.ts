import { defaultLanes } from '@caudal/common/lanes';
import type { BenchPart, BenchPlan } from '../../../bench/rows.ts';
import { UsageError } from '../../../cli/arguments.ts';
import { type CommandLine, commandLine } from '../../../cli/command-line.ts';
import { type Effort, FULL, QUICK } from '../bench/effort.ts';
import { serversOf } from '../lanes.ts';

/** Parts by name, in the order of the table; each loads its programs when it is measured. */
const PARTS: Readonly<
  Record<string, (effort: Effort, kafkaClient: 'kafkajs' | 'platformatic') => BenchPart['measure']>
> = {
  kafka: (effort) => async (servers) => {
    const { kafkaRows } = await import('../bench/consumer-rows.ts');
    return { rows: await kafkaRows(servers.addresses, effort) };
  },
  rabbitmq: (effort) => async (servers) => {
    const { rabbitmqRows } = await import('../bench/consumer-rows.ts');
    return { rows: await rabbitmqRows(servers.addresses, effort) };
  },
  ingest: (effort, kafkaClient) => async (servers) => {
    const { ingestRows } = await import('../bench/ingest-rows.ts');
    return { rows: await ingestRows(servers, effort, kafkaClient) };
  },
  growth: () => async (servers) => {
    const { growthFigure } = await import('../bench/growth-figure.ts');
    const producer = await growthFigure(servers.addresses, 'producer');
    return { figures: [producer, await growthFigure(servers.addresses, 'key')] };
  },
  memory: (effort) => async (servers) => {
    const { memoryFigures } = await import('../bench/consumer-rows.ts');
    return { figures: await memoryFigures(servers.addresses, effort) };
  },
};
const NAMES = Object.keys(PARTS);

/** `npm run bench -- messages`: the pipeline against raw clients, by broker. */
export const BENCH: CommandLine<BenchPlan> = commandLine({
  usage: `usage: npm run bench -- [SYSTEM] [--quick] [--only ${NAMES.join(',')}]
  --quick   3 pairs of short runs (a few minutes) instead of 7 pairs
  --only    parts to run, comma-separated (all)
  --kafka-client kafkajs|platformatic   Kafka client used by ingest (kafkajs)
`,
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    'kafka-client': { type: 'string', default: 'kafkajs' },
  },
  read({ values }) {
    const names = values.only?.split(',') ?? NAMES;
    const unknown = names.find((name) => !NAMES.includes(name));
    if (unknown !== undefined) throw new UsageError(`--only ${unknown}: use ${NAMES.join(', ')}`);
    const kafkaClient = values['kafka-client'];
    if (kafkaClient !== 'kafkajs' && kafkaClient !== 'platformatic')
      throw new UsageError(`--kafka-client ${kafkaClient}: use kafkajs or platformatic`);
    const effort = values.quick ? QUICK : FULL;
    return {
      servers: serversOf(defaultLanes()),
      effort,
      parts: names.flatMap((name) => {
        const part = PARTS[name];
        return part === undefined ? [] : [{ name, measure: part(effort, kafkaClient) }];
      }),
    };
  },
});
