import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RESULTS_DIRECTORY, STATE_DIRECTORY } from '../../../cli/paths.ts';
import { ExpectedError } from '../../../cli/run-command-line.ts';
import type { FilmsResult } from './measure-films.ts';

/** What `verify` needs to know of a load of questions besides its ledger. */
export type LoadOfFilms = Pick<FilmsResult, 'load' | 'reads' | 'versions' | 'sharing' | 'films'> & {
  /** Name of its folder in results. */
  readonly id: string;
};

const FILE = join(STATE_DIRECTORY, 'last-films.json');

/** Keeps which load was the last one. */
export function saveLastLoad(id: string): void {
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, `${JSON.stringify({ id })}\n`);
}

/** Reads a load by the name of its folder, by default the last one. @throws ExpectedError when there is none */
export function readLoad(id?: string): LoadOfFilms {
  const wanted =
    id ?? (readJson(FILE, 'no load of films yet: run npm start -- films') as { readonly id: string }).id;
  const file = join(RESULTS_DIRECTORY, wanted, 'run.json');
  const load = readJson(file, `no load of films in ${file}`) as Partial<LoadOfFilms>;
  const { versions, reads, sharing } = load;
  if (versions === undefined || reads === undefined || sharing === undefined || load.load === undefined)
    throw new ExpectedError(`no load of films in ${file}`);
  return { id: wanted, load: load.load, versions, reads, sharing, ...(load.films && { films: load.films }) };
}

function readJson(file: string, otherwise: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ExpectedError(otherwise, { cause: error });
  }
}
