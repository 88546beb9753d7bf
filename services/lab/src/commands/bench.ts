import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { startServers } from '../../../../tools/servers/servers.ts';
import type { Effort, Figure, Row } from '../bench/rows.ts';
import { isMet, renderTable } from '../bench/table.ts';
import { readOptions, UsageError } from '../cli/arguments.ts';
import { RESULTS_DIRECTORY, STATE_DIRECTORY } from '../cli/paths.ts';
import { runCommandLine } from '../cli/run-command-line.ts';
import { kafkaRows, memoryFigures, rabbitmqRows } from '../workloads/messages/bench/consumer-rows.ts';
import { growthFigure } from '../workloads/messages/bench/growth-figure.ts';
import { ingestRows } from '../workloads/messages/bench/ingest-rows.ts';

/** `npm run bench`: measures each performance goal as the median of paired ratios against a raw client in the same run. */

const PARTS = ['kafka', 'rabbitmq', 'ingest', 'growth', 'memory'] as const;
const USAGE = `usage: npm run bench -- [--quick] [--only ${PARTS.join(',')}]
  --quick   3 pairs of short runs (a few minutes) instead of 7 pairs
  --only    parts to run, comma-separated (all)
  --kafka-client kafkajs|platformatic   Kafka client used by ingest (kafkajs)
`;
const FULL: Effort = {
  pairs: 7,
  messages: 200_000,
  slowMessages: 10_000,
  httpSeconds: 5,
  backlogs: [10_000, 100_000, 1_000_000],
};
const QUICK: Effort = {
  pairs: 3,
  messages: 60_000,
  slowMessages: 4_000,
  httpSeconds: 3,
  backlogs: [10_000, 100_000],
};

await runCommandLine(USAGE, async (args) => {
  const { values } = readOptions(args, {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    'kafka-client': { type: 'string', default: 'kafkajs' },
  });
  const parts = values.only?.split(',') ?? [...PARTS];
  const unknown = parts.find((part) => !(PARTS as readonly string[]).includes(part));
  if (unknown !== undefined) throw new UsageError(`--only ${unknown}: use ${PARTS.join(', ')}`);
  const kafkaClient = values['kafka-client'];
  if (kafkaClient !== 'kafkajs' && kafkaClient !== 'platformatic')
    throw new UsageError(`--kafka-client ${kafkaClient}: use kafkajs or platformatic`);
  const effort = values.quick ? QUICK : FULL;
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const servers = await startServers({
    only: ['rabbitmq', 'kafka', 'valkey', 'redis'],
    dataDirectory: join(STATE_DIRECTORY, 'bench-servers'),
    fresh: true,
    onProgress: say,
  });
  const rows: Row[] = [];
  const figures: Figure[] = [];
  try {
    for (const part of parts) {
      say(`measuring ${part} …`);
      if (part === 'kafka') rows.push(...(await kafkaRows(servers.addresses, effort)));
      if (part === 'rabbitmq') rows.push(...(await rabbitmqRows(servers.addresses, effort)));
      if (part === 'ingest') rows.push(...(await ingestRows(servers, effort, kafkaClient)));
      if (part === 'growth') {
        figures.push(await growthFigure(servers.addresses, 'producer'));
        figures.push(await growthFigure(servers.addresses, 'key'));
      }
      if (part === 'memory') figures.push(...(await memoryFigures(servers.addresses, effort)));
    }
  } finally {
    await servers.down();
  }

  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${arch()}, Node ${process.versions.node}`;
  const heading = `${new Date().toISOString().slice(0, 10)}; ${machine}; ${effort.pairs} pairs, median of pair ratios\n\n`;
  const table = renderTable(rows, figures);
  process.stdout.write(`\n${heading}${table}`);
  const directory = join(RESULTS_DIRECTORY, `bench-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(directory, 'bench.json'),
    `${JSON.stringify({ machine, effort, rows, figures }, null, 2)}\n`,
  );
  writeFileSync(join(directory, 'bench.md'), heading + table);
  say(`\nwritten to ${directory}`);
  return rows.every(isMet) && figures.every((figure) => figure.isMet) ? 0 : 1;
});
