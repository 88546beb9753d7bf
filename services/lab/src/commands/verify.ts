import { join } from 'node:path';
import type { Account } from '@caudal/common/account';
import { readOptions, UsageError } from '../cli/arguments.ts';
import { handleInterrupts } from '../cli/interrupts.ts';
import { createPainter } from '../cli/painter.ts';
import { RESULTS_DIRECTORY, STATE_DIRECTORY } from '../cli/paths.ts';
import { runCommandLine } from '../cli/run-command-line.ts';
import { createTerminal } from '../cli/terminal.ts';
import { type LastLoad, readLastLoad } from '../load/last-load.ts';
import { accountStatus } from '../report/account-status.ts';
import { accountSummary } from '../report/summary.ts';
import { withSelfTestServers } from '../verify/self-test-servers.ts';
import { readAccountFile } from '../workloads/messages/verify/account-file.ts';
import { findDeployment } from '../workloads/messages/verify/deployment.ts';
import { readLedger } from '../workloads/messages/verify/ledger.ts';
import { runSelfTest } from '../workloads/messages/verify/self-test.ts';
import { type DeepVerdict, type LaneStore, verifyDeeply } from '../workloads/messages/verify/verify-deep.ts';
import { verifyLoad } from '../workloads/messages/verify/verify-load.ts';

const USAGE = `usage: npm run verify -- [options]

Waits until all lanes are drained, then compares the messages accepted in the last load with both stores, per country.
Exits with 0 when the account is exact.

  --account FILE      verify another load: account.json from results/<id>, or one written by k6
  --console-url URL   another deployment's console
  --namespace NAME    a release in your Kubernetes cluster, through its API server; needs no port-forward
  --release NAME      its Helm release name (caudal)
  --context NAME      kubectl context (the current one)
  --all               show every country
  --deep              also look up every key of the load in both stores with an independent client: finds errors
                      that counts cannot show, and lists missing keys
  --store LANE=URL    a lane's store, for --deep elsewhere; may be repeated. Not needed with --namespace
  --key-prefix TEXT   prefix of all keys in those stores
  --api-key KEY       API key used for the load (with --deep)
  --self-test         instead, plant faults in scratch keys of the real stores, in a lane of each broker, and
                      check that each is reported correctly
`;

await runCommandLine(USAGE, async (args) => {
  const { values } = readOptions(args, {
    account: { type: 'string' },
    'console-url': { type: 'string' },
    namespace: { type: 'string' },
    release: { type: 'string' },
    context: { type: 'string' },
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
    const deployment = findDeployment({ ...values, kubeconfig: process.env.KUBECONFIG });
    terminal.say(`comparing ${load.id} with the stores …`);
    const { account, notDrained } = await verifyLoad(deployment.console, load, interrupts.signal);
    const verify = (stores: readonly LaneStore[]): Promise<DeepVerdict> =>
      verifyDeeply({
        account,
        ledger: readLedger(values.account ?? join(RESULTS_DIRECTORY, load.id, 'account.json')),
        stores: [...givenStores, ...stores],
        apiKey: values['api-key'],
        weatherBefore: weatherBefore(account, load),
        now: Date.now(),
      });
    const deep = values.deep
      ? await deployment.withStores(
          givenStores.map(({ lane }) => lane),
          verify,
        )
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

/** Counts by weather before a load; empty where the stores are taken to have been. */
function weatherBefore({ lanes }: Account, { before }: LastLoad) {
  return Object.fromEntries(
    lanes.map(({ lane }) => [lane, before[lane] === undefined ? {} : before[lane].byWeather]),
  );
}

/** `kafka-redis=redis://host:6379`. @throws UsageError */
function readStore(text: string, keyPrefix: string): LaneStore {
  const match = /^([a-z][a-z0-9-]*)=(rediss?:\/\/\S+)$/.exec(text);
  if (match === null)
    throw new UsageError('--store: use LANE=URL, such as kafka-redis=redis://127.0.0.1:6379');
  // Valkey and Redis answer these commands identically.
  return { lane: match[1] as string, store: 'redis', url: match[2] as string, keyPrefix };
}
