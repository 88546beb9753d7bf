import { UsageError } from '../../../cli/arguments.ts';
import { type CommandLine, commandLine } from '../../../cli/command-line.ts';
import type { ChaosChoice } from '../../workload.ts';
import type { OrdersResult } from '../load/measure-orders.ts';

/** `npm run chaos -- orders`. */
export const CHAOS: CommandLine<ChaosChoice<OrdersResult>> = commandLine({
  usage: `usage: npm run chaos -- orders

Not there yet.

  --help   print this
`,
  options: { help: { type: 'boolean', default: false } },
  read(): ChaosChoice<OrdersResult> {
    throw new UsageError('orders: not there yet');
  },
});
