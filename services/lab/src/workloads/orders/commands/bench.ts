import type { BenchPlan } from '../../../bench/rows.ts';
import { UsageError } from '../../../cli/arguments.ts';
import { type CommandLine, commandLine } from '../../../cli/command-line.ts';

/** `npm run bench -- orders`. */
export const BENCH: CommandLine<BenchPlan> = commandLine({
  usage: `usage: npm run bench -- orders

Not there yet.

  --help   print this
`,
  options: { help: { type: 'boolean', default: false } },
  read(): BenchPlan {
    throw new UsageError('orders: not there yet');
  },
});
