import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RESULTS_DIRECTORY } from '../../../cli/paths.ts';
import type { Verification, VerifyContext } from '../../workload.ts';
import { judge } from '../judge.ts';
import { readLoad } from '../load/last-load.ts';
import { oracleOf } from '../oracle-of.ts';
import { accountSummary } from '../report/summary.ts';
import { judgeFilms } from './judge-films.ts';
import { readLedger } from './ledger.ts';

/** Judges a load again, from its ledger and the file of the films. */
export async function verifyFilms(
  { run }: { readonly run?: string | undefined },
  { paint, onEvent }: Pick<VerifyContext, 'paint' | 'onEvent'>,
): Promise<Verification> {
  const { id, load, reads, sharing, versions, films } = readLoad(run);
  onEvent(`judging ${id} …`);
  const ledger = readLedger(await readFile(join(RESULTS_DIRECTORY, id, 'k6.log'), 'utf8'));
  const account = judgeFilms({
    ledger,
    counted: load.queries.asked - load.queries.unanswered,
    oracle: await oracleOf(films),
    versions,
  });
  const judged = { account, reads, sharing };
  return { verdict: judge(judged), text: accountSummary(judged, paint) };
}
