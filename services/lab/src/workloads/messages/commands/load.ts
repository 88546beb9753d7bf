import { UsageError } from '../../../cli/arguments.ts';
import { type CommandLine, commandLine } from '../../../cli/command-line.ts';
import type { LoadChoice } from '../../workload.ts';
import { findTarget } from '../target.ts';

/** The scenarios in load-tests/. */
export const SCENARIOS = ['seed', 'steady', 'ramp', 'spike', 'soak'] as const;

/** Options passed to the k6 scripts as variables; the scripts validate them. */
const VARIABLES = ['profile', 'rate', 'duration', 'messages', 'users', 'batch', 'seed', 'api-key'] as const;
const text = { type: 'string' } as const;

/** `npm run load -- messages`: messages by a scenario. */
export const LOAD: CommandLine<LoadChoice> = commandLine({
  usage: `usage: npm run load -- [SYSTEM] [${SCENARIOS.join('|')}] [options]

Loads the services started by npm start, waits until every message is stored, and prints the account. Exits with 0
when the account is exact and all load-test thresholds pass. Ctrl-C ends the load early; the account is still printed.

  --profile NAME      smoke, average (default) or stress
  --rate N            peak messages per second (not seed)
  --duration TIME     length of the load, such as 60s or 5m; for seed its time limit
  --messages N        messages to post (seed only)
  --users N           concurrent requests
  --batch N           messages per request (1)
  --seed TEXT         seed for the generated messages (1)
  --api-key KEY       API key, if ingest requires one
  --base-url URL      another ingest API; requires --console-url
  --console-url URL   console of that deployment
`,
  options: {
    profile: text,
    rate: text,
    duration: text,
    messages: text,
    users: text,
    batch: text,
    seed: text,
    'api-key': text,
    'base-url': text,
    'console-url': text,
  },
  isArgument: (text) => SCENARIOS.some((name) => name === text),
  read({ values, positionals }) {
    const scenario = SCENARIOS.find((name) => name === (positionals[0] ?? 'seed'));
    if (scenario === undefined)
      throw new UsageError(`unknown scenario '${positionals[0]}': use ${SCENARIOS.join(', ')}`);
    const { baseUrl, site } = findTarget({ baseUrl: values['base-url'], consoleUrl: values['console-url'] });
    const variables = Object.fromEntries(
      VARIABLES.flatMap((name) => {
        const value = values[name];
        return value === undefined ? [] : [[name.toUpperCase().replaceAll('-', '_'), value]];
      }),
    );
    const { API_KEY: _secret, ...settings } = variables;
    return {
      scenario,
      variables,
      settings: { scenario, ...settings },
      baseUrl,
      site,
      isLocal: values['base-url'] === undefined,
    };
  },
});
