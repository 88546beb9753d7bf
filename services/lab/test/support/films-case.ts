import type { Case } from '../../src/workloads/films/verify/judge-films.ts';
import type { FilmLine } from '../../src/workloads/films/verify/ledger.ts';
import { createOracle } from '../../src/workloads/films/verify/oracle/oracle.ts';
import type { TrueFilm } from '../../src/workloads/films/verify/oracle/read-films-file.ts';
import { readQuestion } from '../../src/workloads/films/verify/question.ts';

const DIRECTORS = ['Ana Luz', 'Bo Ek', 'Çağ Dal'];

/** Films of {@link filmsCase}: the best known first. */
export const CASE_FILMS: readonly TrueFilm[] = Array.from({ length: 30 }, (_, n) => ({
  id: `Q${n + 1}`,
  imdbId: `tt${n + 1}`,
  title: `The Río ${n < 9 ? 'Grande' : 'Bravo'} ${n + 1}`,
  year: 1990 + n,
  directors: [DIRECTORS[n % 3] as string, ...(n % 5 === 0 ? [DIRECTORS[(n + 1) % 3] as string] : [])],
  popularity: 100 - n,
}));

const oracle = createOracle(CASE_FILMS);

/** A line of the ledger with the right answer. */
export function rightLine(path: string, page = 0, kind = page > 0 ? 'page' : 'prefix'): FilmLine {
  const { status, digest, ids } = oracle.answer(readQuestion(path), page);
  return { kind, path, status, attempts: 1, version: 3, digest, ids };
}

/** A load in which everything was answered as the films are. */
export function filmsCase(): Case {
  const lines = [
    rightLine('/films?q=the%20r'),
    rightLine('/films?q=bravo%20the&year=2000'),
    rightLine('/films?q=rio%20gradne', 0, 'mistake'),
    rightLine('/films?q=qqqq', 0, 'nonsense'),
    rightLine('/films?q=rio&limit=7', 0, 'page'),
    rightLine('/films?q=rio&limit=7&cursor=two&at=3', 1),
    rightLine('/films?q=rio&limit=7&cursor=three&at=3', 2),
    rightLine('/films?q=rio&limit=7&cursor=two&at=3', 1),
    rightLine('/films/Q7', 0, 'film'),
    rightLine('/directors?q=cag', 0, 'directors'),
    rightLine('/directors/d000000000000/films', 0, 'director'),
  ];
  return {
    ledger: { lines, wrongAnswers: [] },
    counted: lines.length,
    oracle,
    versions: { before: 3, after: 3, kept: [2, 3] },
  };
}
