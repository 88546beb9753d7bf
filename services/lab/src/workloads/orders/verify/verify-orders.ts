import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../../cli/arguments.ts';
import { RESULTS_DIRECTORY } from '../../../cli/paths.ts';
import { ExpectedError } from '../../../cli/run-command-line.ts';
import { connectToCluster } from '../../../cluster/connection.ts';
import { Release } from '../../../cluster/release.ts';
import type { Verification, VerifyContext } from '../../workload.ts';
import { judge } from '../judge.ts';
import { readLoad } from '../load/last-load.ts';
import { waitUntilSettled } from '../load/wait-until-settled.ts';
import { catalogueOf } from '../measure-site.ts';
import { withReleaseShop } from '../release-shop.ts';
import { accountSummary } from '../report/summary.ts';
import { findWitnesses } from '../target.ts';
import { judgeOrders } from './judge-orders.ts';
import { readLedger } from './ledger.ts';
import { withDatabase } from './witness/read-database.ts';
import { readEvidence, type Witnesses } from './witness/witnesses.ts';

/** Options of `npm run verify -- orders`. */
export interface VerifySettings {
  /** Name of a folder in results; the last load's when undefined. */
  readonly run?: string | undefined;
  readonly namespace?: string | undefined;
  readonly release?: string | undefined;
  readonly context?: string | undefined;
}

/** Time without progress after which orders do not settle any more, ms. */
const STALLED_AFTER_MS = 15_000;

/** Judges a load again, from its ledger and what is there now. */
export async function verifyOrders(
  settings: VerifySettings,
  { kubeconfig, paint, onEvent, signal }: VerifyContext,
): Promise<Verification> {
  const load = readLoad(settings.run);
  const ledger = readLedger(await readFile(join(RESULTS_DIRECTORY, load.id, 'k6.log'), 'utf8'));
  const catalogue = await catalogueOf();
  onEvent(`judging ${load.id} …`);
  return withWitnesses(settings, kubeconfig, async (witnesses) => {
    const { stepMs, since } = load;
    const notSettled = await waitUntilSettled({
      read: () => withDatabase(witnesses.databaseUrl, (database) => database.progress(since.number)),
      accepted: ledger.orders.filter(({ outcome }) => outcome === 'accepted').length,
      stalledAfterMs: Math.max(STALLED_AFTER_MS, 3 * stepMs),
      signal,
    });
    const evidence = { ...(await readEvidence(witnesses, since)), wrongAnswers: [] };
    const account = judgeOrders({ ledger, catalogue, evidence, stepMs });
    const judged = { account, ...(notSettled !== undefined && { notSettled }) };
    return { verdict: judge(judged), text: accountSummary(judged, paint) };
  });
}

async function withWitnesses<T>(
  { namespace, release, context }: VerifySettings,
  kubeconfig: string | undefined,
  work: (witnesses: Witnesses) => Promise<T>,
): Promise<T> {
  if (namespace === undefined) {
    if (release !== undefined || context !== undefined)
      throw new UsageError('--release and --context need --namespace');
    return work(await findWitnesses());
  }
  const file = kubeconfig || join(homedir(), '.kube', 'config');
  if (!existsSync(file))
    throw new ExpectedError(`--namespace needs a kubeconfig, and there is no ${file}: set KUBECONFIG`);
  const cluster = connectToCluster(file, context);
  const target = {
    address: { kubeconfig: file, context },
    cluster,
    release: new Release(cluster, { name: release ?? 'caudal', namespace }),
  };
  return withReleaseShop(target, ({ witnesses }) => work(witnesses));
}
