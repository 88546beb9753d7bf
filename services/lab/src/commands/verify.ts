import { join } from 'node:path';
import { findServers } from '../../../../tools/servers/servers.ts';
import { readOptions, UsageError } from '../cli/arguments.ts';
import { handleInterrupts } from '../cli/interrupts.ts';
import { createPainter } from '../cli/painter.ts';
import { RESULTS_DIRECTORY, STATE_DIRECTORY } from '../cli/paths.ts';
import { runCommandLine } from '../cli/run-command-line.ts';
import { findTarget } from '../cli/target.ts';
import { createTerminal } from '../cli/terminal.ts';
import { createConsoleClient } from '../load/console-client.ts';
import { readLastLoad } from '../load/last-load.ts';
import { accountStatus } from '../report/account-status.ts';
import { accountSummary } from '../report/summary.ts';
import { DEFAULT_NAMES, LANES, storeUrl } from '../stack/service-environment.ts';
import { readAccountFile } from '../verify/account-file.ts';
import { readLedger } from '../verify/ledger.ts';
import { runSelfTest } from '../verify/self-test.ts';
import { withSelfTestServers } from '../verify/self-test-servers.ts';
import { type LaneStore, verifyDeeply } from '../verify/verify-deep.ts';
import { verifyLoad } from '../verify/verify-load.ts';

const USAGE = `usage: npm run verify -- [options]

Waits until the lanes are drained, then compares what the last load had accepted with both stores, per country.
Exits with 0 when the account is exact.

  --account FILE      another load: the account.json of results/<id>, or one that k6 wrote
  --console-url URL   a console elsewhere
  --all               show every country
  --deep              ask both stores for every key of the load as well, by a client of its own: finds what counts
                      cannot, and names the keys that are missing
  --store LANE=URL    a lane's store, for --deep elsewhere; may be repeated
  --key-prefix TEXT   what is in front of every key of those stores
  --api-key KEY       the API key that the load was sent with, for --deep
  --self-test         plant faults in scratch keys of the real stores instead, for lanes of both brokers, and see
                      whether each is reported as what it is
`;

await runCommandLine(USAGE, async (args) => {
  const { values } = readOptions(args, {
    account: { type: 'string' },
    'console-url': { type: 'string' },
    all: { type: 'boolean', default: false },
    deep: { type: 'boolean', default: false },
    store: { type: 'string', multiple: true, default: [] },
    'key-prefix': { type: 'string', default: '' },
    'api-key': { type: 'string' },
    'self-test': { type: 'boolean', default: false },
  });
  const givenStores = values.store.map((text) => readStore(text, values['key-prefix']));
  const terminal = createTerminal(process.stderr);
  const interrupts = handleInterrupts();
  try {
    if (values['self-test']) {
      const { found, planted, lines } = await withSelfTestServers(
        { onEvent: (line) => terminal.say(line), signal: interrupts.signal },
        (addresses) =>
          runSelfTest({ addresses, stateDirectory: STATE_DIRECTORY, onEvent: (line) => terminal.say(line) }),
      );
      process.stdout.write(`${lines.join('\n')}\n${found} of ${planted} planted faults found\n`);
      return found === planted ? 0 : 1;
    }
    const load =
      values.account === undefined ? readLastLoad(STATE_DIRECTORY) : readAccountFile(values.account);
    const consoleUrl = values['console-url'];
    const target = consoleUrl === undefined ? findTarget({}) : { consoleUrl };
    terminal.say(`comparing ${load.id} with the stores …`);
    const { account, notDrained } = await verifyLoad(
      createConsoleClient(target.consoleUrl),
      load,
      interrupts.signal,
    );
    const deep = values.deep
      ? await verifyDeeply({
          account,
          ledger: readLedger(values.account ?? join(RESULTS_DIRECTORY, load.id, 'account.json')),
          // The stores of this machine say nothing of a console elsewhere.
          stores: consoleUrl === undefined ? [...givenStores, ...(await localStores())] : givenStores,
          apiKey: values['api-key'],
          now: Date.now(),
        })
      : { account, notes: [] };
    const summary = accountSummary(deep.account, notDrained, {
      maxCountries: values.all ? Number.POSITIVE_INFINITY : 12,
      paint: createPainter(process.stdout),
    });
    process.stdout.write(`\n${[summary, ...deep.notes.map((note) => `  ${note}`)].join('\n')}\n`);
    return accountStatus({ account: deep.account, ...(notDrained !== undefined && { notDrained }) });
  } finally {
    interrupts.release();
  }
});

/** The stores of what runs here; none where nothing does. */
async function localStores(): Promise<LaneStore[]> {
  const servers = await findServers();
  if (servers === undefined) return [];
  return LANES.map(({ name, store }) => ({
    lane: name,
    store,
    url: storeUrl(servers.addresses, store),
    keyPrefix: DEFAULT_NAMES.storeKeyPrefix,
  }));
}

/** `kafka-redis=redis://host:6379`. @throws UsageError */
function readStore(text: string, keyPrefix: string): LaneStore {
  const match = /^([a-z][a-z0-9-]*)=(rediss?:\/\/\S+)$/.exec(text);
  if (match === null)
    throw new UsageError('--store: give LANE=URL, such as kafka-redis=redis://127.0.0.1:6379');
  // Valkey and Redis answer the commands that are asked here alike.
  return { lane: match[1] as string, store: 'redis', url: match[2] as string, keyPrefix };
}
