import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { errorMessage } from '@caudal/common/errors';
import { ExpectedError } from '../../../cli/run-command-line.ts';
import type { LoadAccount } from '../../../load/run-k6.ts';
import type { RunDocument } from '../../../report/run-document.ts';
import type { LastLoad } from '../load/last-load.ts';
import { type LoadResult, outcomesOf } from '../load/measure-load.ts';

/**
 * Reads an account written by k6. The stores' previous totals come from the run.json beside it; without one, the stores
 * are assumed to have been empty.
 * @throws ExpectedError when the file is not an account.
 */
export function readAccountFile(path: string): LastLoad {
  const account = readJson<LoadAccount>(path);
  if (account?.perCountry === undefined || account.messages === undefined) {
    throw new ExpectedError(`${path} is not the account of a load: it has no messages per country`);
  }
  const run = readRunBeside(path);
  return {
    id: account.runId ?? basename(path),
    startedAt: account.startedAt,
    ...outcomesOf(account),
    before: run?.request.before ?? {},
  };
}

function readJson<T>(path: string): T {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (error) {
    throw new ExpectedError(`cannot read ${path}: ${errorMessage(error)}`, { cause: error });
  }
}

function readRunBeside(path: string): RunDocument<LoadResult> | undefined {
  try {
    return JSON.parse(
      readFileSync(join(dirname(resolve(path)), 'run.json'), 'utf8'),
    ) as RunDocument<LoadResult>;
  } catch {
    return undefined;
  }
}
