import crypto from 'k6/crypto';
import { explain } from '../run.ts';
import { judgeAnswer, judgeNextPage, type Reading } from './answer.ts';
import { ask } from './ask.ts';
import type { FilmCounters } from './counters.ts';
import { filmLine, wrongFilmLine } from './ledger.ts';
import type { Query, QueryKind } from './query.ts';
import type { FilmsSettings } from './settings.ts';

/** Asks for films, counts what comes, and writes it into the ledger. */
export type Visitor = {
  /** Asks a query; pages are followed as far as a person would. */
  visit(query: Query): void;
};

/** Pages after the first. */
const mostNextPages = 3;
/** Of a digest: enough for answers of one query to differ. */
const digestLetters = 16;
/** Kinds that ask for one thing, which may not be there. */
const mayBeMissing: readonly QueryKind[] = ['film', 'director'];

/** @param counters made in the init context */
export function createVisitor(settings: FilmsSettings, counters: FilmCounters): Visitor {
  const askFor = (query: Query, check: (reading: Reading) => string | undefined): Reading | undefined => {
    const { kind, path } = query;
    counters.count('asked', kind);
    const { attempts, status, body, answeredBy, shown } = ask(settings, kind, path);
    counters.countAttempts(attempts);
    const isAnswered = status === 200 || (status === 404 && mayBeMissing.includes(kind));
    const { reading, problem } = status === 200 ? judgeAnswer(query, body) : {};
    const { version, ids } = reading ?? {};
    const digest = reading && crypto.sha256(JSON.stringify(reading.said), 'hex').slice(0, digestLetters);
    console.warn(filmLine({ kind, path, status, attempts, version, digest, ids }));
    counters.count(isAnswered ? 'answered' : 'failed', kind);
    if (isAnswered) {
      counters.countAnswer(answeredBy);
      if (attempts > 1) counters.count('savedByRetry', kind);
    } else {
      explain('failed', attempts, status, shown);
    }
    const wrong = reading === undefined ? problem : check(reading);
    if (wrong === undefined) return reading;
    counters.count('wrong', kind);
    console.warn(wrongFilmLine(kind, path, wrong));
    return undefined;
  };

  return {
    visit(query) {
      const first = askFor(query, () => undefined);
      if (query.kind !== 'page' || first === undefined) return;
      const seen = new Set(first.ids);
      let { next } = first;
      for (let pages = 0; next !== undefined && pages < mostNextPages; pages += 1) {
        const page = askFor({ kind: query.kind, path: next }, (reading) =>
          judgeNextPage(first, seen, reading),
        );
        for (const id of page?.ids ?? []) seen.add(id);
        next = page?.next;
      }
    },
  };
}
