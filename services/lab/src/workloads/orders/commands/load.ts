import { UsageError } from '../../../cli/arguments.ts';
import { type CommandLine, commandLine } from '../../../cli/command-line.ts';
import type { LoadChoice } from '../../workload.ts';
import { findTarget } from '../target.ts';

/** The scenarios of orders in load-tests/, without `orders-`. */
export const SCENARIOS = ['seed', 'steady', 'burst'] as const;

/** Options passed to the k6 scripts as variables; the scripts validate them. */
const VARIABLES = [
  'profile',
  'rate',
  'duration',
  'orders',
  'users',
  'customers',
  'watchers',
  'seed',
] as const;
const text = { type: 'string' } as const;

/** `npm run load -- orders`: orders by a scenario. */
export const LOAD: CommandLine<LoadChoice> = commandLine({
  usage: `usage: npm run load -- orders [${SCENARIOS.join('|')}] [options]

Places orders in the shop started by npm start, waits until each is finished and its mails have come, and prints the
account. Exits with 0 when it is exact and all load-test thresholds pass. Ctrl-C ends the load early; the account is
still printed.

  --profile NAME      smoke, average (default) or stress
  --orders N          orders to place (seed and burst)
  --rate N            orders per second (steady)
  --duration TIME     length of the load, such as 60s or 5m (steady)
  --users N           concurrent requests
  --customers N       number of addresses
  --watchers N        customers who follow their orders
  --seed TEXT         seed for who orders what (1)
`,
  options: {
    profile: text,
    rate: text,
    duration: text,
    orders: text,
    users: text,
    customers: text,
    watchers: text,
    seed: text,
  },
  isArgument: (text) => SCENARIOS.some((name) => name === text),
  read({ values, positionals }) {
    const name = SCENARIOS.find((scenario) => scenario === (positionals[0] ?? 'seed'));
    if (name === undefined)
      throw new UsageError(`unknown scenario '${positionals[0]}': use ${SCENARIOS.join(', ')}`);
    const variables = Object.fromEntries(
      VARIABLES.flatMap((variable) => {
        const value = values[variable];
        return value === undefined ? [] : [[variable.toUpperCase(), value]];
      }),
    );
    return {
      scenario: `orders-${name}`,
      variables,
      settings: { scenario: name, ...variables },
      ...findTarget(),
      isLocal: true,
    };
  },
});
