import type { BenchPart, BenchPlan } from '../../../bench/rows.ts';
import { UsageError } from '../../../cli/arguments.ts';
import { type CommandLine, commandLine } from '../../../cli/command-line.ts';
import { FULL, type OrdersEffort, QUICK } from '../bench/bed.ts';
import { SERVERS } from '../services.ts';

/** Parts by name, in the order of the table; each loads its programs when it is measured. */
const PARTS: Readonly<Record<string, (effort: OrdersEffort) => BenchPart['measure']>> = {
  api: (effort) => async (servers) => {
    const { apiRows } = await import('../bench/order-rows.ts');
    return { rows: await apiRows(servers.addresses, effort) };
  },
  timers: (effort) => async (servers) => {
    const { timerRows } = await import('../bench/order-rows.ts');
    return { rows: await timerRows(servers.addresses, effort) };
  },
  mails: (effort) => async (servers) => {
    const { mailRows } = await import('../bench/order-rows.ts');
    return { rows: await mailRows(servers.addresses, effort) };
  },
};
const NAMES = Object.keys(PARTS);

/** `npm run bench -- orders`: the shop's parts against what they would be without its promises. */
export const BENCH: CommandLine<BenchPlan> = commandLine({
  usage: `usage: npm run bench -- orders [--quick] [--only ${NAMES.join(',')}]
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
