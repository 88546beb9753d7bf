import { STORE_NAMES, type StoreName } from '@caudal/common/stores';
import type { BenchPlan } from '../../../bench/rows.ts';
import { UsageError } from '../../../cli/arguments.ts';
import { type CommandLine, commandLine } from '../../../cli/command-line.ts';
import { FULL, QUICK } from '../../messages/bench/effort.ts';
import { storesOf } from '../../messages/lanes.ts';
import { ROW_LANES } from '../lanes.ts';

const NAMES = storesOf(ROW_LANES);

/** `npm run bench -- stores`: the stores that keep rows against their own bulk commands, and one write at a time. */
export const BENCH: CommandLine<BenchPlan> = commandLine({
  usage: `usage: npm run bench -- stores [--quick] [--only ${NAMES.join(',')}]
  --quick   3 pairs of short runs (a few minutes) instead of 7 pairs
  --only    stores to measure, comma-separated (all)
`,
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
  read({ values }) {
    const names = values.only?.split(',').map(readName) ?? NAMES;
    const effort = values.quick ? QUICK : FULL;
    return {
      servers: ['kafka', ...names],
      effort,
      parts: names.map((name) => ({
        name,
        async measure(servers) {
          const { storeRows } = await import('../bench/store-rows.ts');
          return { rows: await storeRows(servers.addresses, name, effort) };
        },
      })),
    };
  },
});

/** @throws UsageError */
function readName(text: string): StoreName {
  const name = STORE_NAMES.find((candidate) => candidate === text);
  if (name === undefined || !NAMES.includes(name))
    throw new UsageError(`--only ${text}: use ${NAMES.join(', ')}`);
  return name;
}
