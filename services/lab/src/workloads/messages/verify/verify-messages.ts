import { join } from 'node:path';
import type { Account } from '@caudal/common/account';
import { RESULTS_DIRECTORY, STATE_DIRECTORY } from '../../../cli/paths.ts';
import type { Verification, VerifyContext } from '../../workload.ts';
import { judgeMessages } from '../judge.ts';
import { type LastLoad, readLastLoad } from '../load/last-load.ts';
import { accountSummary, rowLines } from '../report/summary.ts';
import { readAccountFile } from './account-file.ts';
import { type DeploymentOptions, findDeployment } from './deployment.ts';
import type { LaneStore } from './lane-store.ts';
import { readLedger } from './ledger.ts';
import { type DeepVerdict, verifyDeeply } from './verify-deep.ts';
import { verifyLoad } from './verify-load.ts';

/** Options of `npm run verify`. */
export interface VerifySettings extends DeploymentOptions {
  /** Path of an account; the last load's when undefined. */
  readonly account?: string | undefined;
  readonly all: boolean;
  readonly deep: boolean;
  /** Stores for `deep` besides those of the deployment. */
  readonly stores: readonly LaneStore[];
  readonly 'api-key'?: string | undefined;
}

/** Compares a load with the stores again, with `deep` key by key. */
export async function verifyMessages(
  settings: VerifySettings,
  { kubeconfig, paint, onEvent, signal }: VerifyContext,
): Promise<Verification> {
  const load =
    settings.account === undefined ? readLastLoad(STATE_DIRECTORY) : readAccountFile(settings.account);
  const deployment = findDeployment({ ...settings, kubeconfig });
  onEvent(`comparing ${load.id} with the stores …`);
  const { account, notDrained } = await verifyLoad(deployment.console, load, signal);
  const verify = (stores: readonly LaneStore[]): Promise<DeepVerdict> =>
    verifyDeeply({
      account,
      ledger: readLedger(settings.account ?? join(RESULTS_DIRECTORY, load.id, 'account.json')),
      stores: [...settings.stores, ...stores],
      apiKey: settings['api-key'],
      weatherBefore: weatherBefore(account, load),
      now: Date.now(),
    });
  const deep = settings.deep
    ? await deployment.withStores(
        settings.stores.map(({ lane }) => lane),
        verify,
      )
    : { account, findings: [], notes: [] };
  const summary = accountSummary(deep.account, notDrained, {
    maxCountries: settings.all ? Number.POSITIVE_INFINITY : 12,
    paint,
  });
  const verdict = judgeMessages({
    account: deep.account,
    ...(notDrained !== undefined && { notDrained }),
    rows: deep,
  });
  return {
    verdict,
    text: [summary, ...rowLines(deep, paint)].join('\n'),
  };
}

/** Counts by weather before a load; empty where the stores are taken to have been. */
function weatherBefore({ lanes }: Account, { before }: LastLoad) {
  return Object.fromEntries(
    lanes.map(({ lane }) => [lane, before[lane] === undefined ? {} : before[lane].byWeather]),
  );
}
