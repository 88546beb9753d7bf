import type { BenchPlan } from '../../../bench/rows.ts';
import { UsageError } from '../../../cli/arguments.ts';
import { type CommandLine, commandLine } from '../../../cli/command-line.ts';
import { FULL, QUICK } from '../../messages/bench/effort.ts';

const PARTS = ['fan-out', 'ingest'] as const;

/** `npm run bench -- live`: what a thousand viewers cost. */
export const BENCH: CommandLine<BenchPlan> = commandLine({
  usage: `usage: npm run bench -- live [--quick] [--only ${PARTS.join(',')}]
  --quick   3 pairs instead of 7
  --only    parts to measure, comma-separated (all): deliveries against one write an event; ingest beside viewers
`,
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
  read({ values }) {
    const { pairs } = values.quick ? QUICK : FULL;
    const wanted = values.only?.split(',').map(readPart) ?? PARTS;
    return {
      servers: wanted.includes('ingest') ? ['kafka', 'redis'] : [],
      effort: { pairs },
      parts: wanted.map((name) => ({
        name,
        async measure({ addresses }) {
          const { fanOutRows, ingestFigures } = await import('../bench/live-rows.ts');
          return name === 'fan-out'
            ? { rows: await fanOutRows(pairs) }
            : { figures: await ingestFigures(addresses, pairs) };
        },
      })),
    };
  },
});

/** @throws UsageError */
function readPart(text: string): (typeof PARTS)[number] {
  const part = PARTS.find((one) => one === text);
  if (part === undefined) throw new UsageError(`--only ${text}: use ${PARTS.join(', ')}`);
  return part;
}
