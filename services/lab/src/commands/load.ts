import { join } from 'node:path';
import { ensureK6 } from '../../../../tools/k6/ensure-k6.ts';
import { findServers } from '../../../../tools/servers/servers.ts';
import { readOptions, UsageError } from '../cli/arguments.ts';
import { handleInterrupts } from '../cli/interrupts.ts';
import { RESULTS_DIRECTORY } from '../cli/paths.ts';
import { runCommandLine } from '../cli/run-command-line.ts';
import { findTarget } from '../cli/target.ts';
import { createTerminal } from '../cli/terminal.ts';
import { createConsoleClient } from '../load/console-client.ts';
import { measureLoad } from '../load/measure-load.ts';
import { localLoad, SCENARIOS } from '../load/run-k6.ts';
import { accountStatus } from '../report/account-status.ts';
import { keepRun } from '../report/keep-run.ts';
import { progressLine } from '../report/progress-line.ts';
import { readVersions } from '../report/read-versions.ts';
import { newRunId } from '../report/write-results.ts';

const USAGE = `usage: npm run load -- [${SCENARIOS.join('|')}] [options]

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
`;

/** Options passed to the k6 scripts as variables; the scripts validate them. */
const VARIABLES = ['profile', 'rate', 'duration', 'messages', 'users', 'batch', 'seed', 'api-key'] as const;

await runCommandLine(USAGE, async (args) => {
  const text = { type: 'string' } as const;
  const { values, positionals } = readOptions(
    args,
    {
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
    1,
  );
  const scenario = SCENARIOS.find((name) => name === (positionals[0] ?? 'seed'));
  if (scenario === undefined)
    throw new UsageError(`unknown scenario '${positionals[0]}': use ${SCENARIOS.join(', ')}`);
  const target = findTarget({ baseUrl: values['base-url'], consoleUrl: values['console-url'] });
  const variables = Object.fromEntries(
    VARIABLES.flatMap((name) => {
      const value = values[name];
      return value === undefined ? [] : [[name.toUpperCase().replaceAll('-', '_'), value]];
    }),
  );
  const terminal = createTerminal(process.stderr);
  const interrupts = handleInterrupts(() =>
    terminal.say('stopping the load (Ctrl-C again to exit immediately) …'),
  );
  const id = newRunId(scenario);
  const directory = join(RESULTS_DIRECTORY, id);
  const k6 = await ensureK6({ onProgress: (line) => terminal.say(line), signal: interrupts.signal });
  const result = await measureLoad({
    client: createConsoleClient(target.consoleUrl),
    metricsUrls: target.metricsUrls,
    startLoad: localLoad({
      k6,
      scenario,
      baseUrl: target.baseUrl,
      variables,
      logFile: join(directory, 'k6.log'),
      accountFile: join(directory, 'account.json'),
    }),
    signal: interrupts.signal,
    onProgress: (progress) => terminal.live(progressLine(progress)),
  });
  terminal.endLive();
  interrupts.release();
  const servers = values['base-url'] === undefined ? await findServers() : undefined;
  const { API_KEY: _secret, ...settings } = variables;
  keepRun({
    id,
    command: `npm run load -- ${scenario}`,
    settings: { scenario, ...settings },
    versions: await readVersions(servers?.addresses, k6),
    result,
  });
  return result.load.thresholds.passed ? accountStatus(result) : 1;
});
