import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RESULTS_DIRECTORY, STATE_DIRECTORY } from '../../../cli/paths.ts';
import { ExpectedError } from '../../../cli/run-command-line.ts';
import type { Baseline } from '../verify/witness/witnesses.ts';

/** What `verify` needs to know of a load of orders besides its ledger. */
export interface LoadOfOrders {
  /** Name of its folder in results. */
  readonly id: string;
  readonly since: Baseline;
  readonly stepMs: number;
}

const FILE = join(STATE_DIRECTORY, 'last-orders.json');

/** Keeps which load was the last one. */
export function saveLastLoad(id: string): void {
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, `${JSON.stringify({ id })}\n`);
}

/** Reads a load by the name of its folder, by default the last one. @throws ExpectedError when there is none */
export function readLoad(id?: string): LoadOfOrders {
  const wanted =
    id ?? (readJson(FILE, 'no load of orders yet: run npm start -- orders') as { readonly id: string }).id;
  const file = join(RESULTS_DIRECTORY, wanted, 'run.json');
  const { since, stepMs } = readJson(file, `no load of orders in ${file}`) as Partial<LoadOfOrders>;
  if (since === undefined || stepMs === undefined) throw new ExpectedError(`no load of orders in ${file}`);
  return { id: wanted, since, stepMs };
}

function readJson(file: string, otherwise: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ExpectedError(otherwise, { cause: error });
  }
}
