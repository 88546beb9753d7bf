import { UsageError } from '../../../cli/arguments.ts';
import { type CommandLine, commandLine } from '../../../cli/command-line.ts';
import type { LoadChoice } from '../../workload.ts';
import { findTarget } from '../target.ts';

/** The scenarios of films in load-tests/, without `films-`. */
export const SCENARIOS = ['seed', 'browse', 'ramp'] as const;

/** Options passed to the k6 scripts as variables; the scripts validate them. */
const VARIABLES = ['profile', 'rate', 'duration', 'queries', 'users', 'retries', 'seed'] as const;
const text = { type: 'string' } as const;

/** `npm run load -- films`: questions by a scenario. */
export const LOAD: CommandLine<LoadChoice> = commandLine({
  usage: `usage: npm run load -- films [${SCENARIOS.join('|')}] [options]

Asks the films started by npm start, compares every answer with the file of the films, and prints the account. Exits with
0 when it is exact and all load-test thresholds pass. Ctrl-C ends the load early; the account is still printed.

  --profile NAME      smoke, average (default) or stress
  --queries N         questions to ask (seed)
  --rate N            questions per second (browse, ramp)
  --duration TIME     length of the load, such as 60s or 5m (browse)
  --users N           concurrent requests
  --retries N         attempts after a failed one, 0 or 1 (1)
  --seed TEXT         seed for what is asked (1)
`,
  options: {
    profile: text,
    rate: text,
    duration: text,
    queries: text,
    users: text,
    retries: text,
    seed: text,
  },
  isArgument: (argument) => SCENARIOS.some((name) => name === argument),
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
      scenario: `films-${name}`,
      variables,
      settings: { scenario: name, ...variables },
      ...findTarget(),
      isLocal: true,
    };
  },
});
