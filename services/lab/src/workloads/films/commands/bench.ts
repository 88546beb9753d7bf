import type { BenchPart, BenchPlan } from '../../../bench/rows.ts';
import { UsageError } from '../../../cli/arguments.ts';
import { type CommandLine, commandLine } from '../../../cli/command-line.ts';
import { type FilmsEffort, FULL, QUICK } from '../bench/effort.ts';
import { SERVERS } from '../services.ts';

/** Parts by name, in the order of the table; each loads its programs when it is measured. */
const PARTS: Readonly<Record<string, (effort: FilmsEffort) => BenchPart['measure']>> = {
  search: (effort) => async (servers) => {
    const { searchRows } = await import('../bench/search-rows.ts');
    return { rows: await searchRows(servers.addresses, effort) };
  },
  routing: (effort) => async (servers) => {
    const { routingRows } = await import('../bench/routing-rows.ts');
    return { rows: await routingRows(servers.addresses, effort) };
  },
};
const NAMES = Object.keys(PARTS);

/** `npm run bench -- films`: the search against a bare loop, and the choice of a replica against taking turns. */
export const BENCH: CommandLine<BenchPlan> = commandLine({
  usage: `usage: npm run bench -- films [--quick] [--only ${NAMES.join(',')}]
  --quick   3 pairs of short runs (a few minutes) instead of 7 pairs
  --only    parts to measure, comma-separated (all)
`,
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
  read({ values }) {
    const names = values.only?.split(',') ?? NAMES;
    const effort = values.quick ? QUICK : FULL;
    return {
      servers: SERVERS,
      effort,
      parts: names.map((name) => {
        const part = PARTS[name];
        if (part === undefined) throw new UsageError(`--only ${name}: use ${NAMES.join(', ')}`);
        return { name, measure: part(effort) };
      }),
    };
  },
});
