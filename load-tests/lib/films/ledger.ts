import type { QueryKind } from './query.ts';

/** What was asked for, and what is known of the answer. */
export type FilmLine = {
  kind: QueryKind;
  /** With its query string, as it was sent. */
  path: string;
  /** Of the last attempt; 0 without an answer. */
  status: number;
  attempts: number;
  /** The three of an answer that could be read. */
  version?: number | undefined;
  /** Of what the answer says of its films and people. */
  digest?: string | undefined;
  /** In the order of the answer. */
  ids?: readonly string[] | undefined;
};

/**
 * Begins the line of a query in k6's log, written when its last attempt is over:
 * `FILM <kind> <path?query> <status> <attempts> <version|-> <digest|-> <ids|->`.
 */
export const filmMark = 'FILM';

/** Begins a line about an answer that is wrong in itself: `WRONG-FILM <kind> <path?query> <what, in words>`. */
export const wrongFilmMark = 'WRONG-FILM';

/** A path as one word of visible ASCII; only what an API hands over as the next page could be anything else. */
function token(path: string): string {
  return path.replace(/[^\x21-\x7e]|["\\]/g, (character) => encodeURIComponent(character.toWellFormed()));
}

/** The line of a query. */
export function filmLine({ kind, path, status, attempts, version, digest, ids = [] }: FilmLine): string {
  return [
    filmMark,
    kind,
    token(path),
    status,
    attempts,
    version ?? '-',
    digest ?? '-',
    ids.join(',') || '-',
  ].join(' ');
}

/** The line about a wrong answer. @param what in words */
export function wrongFilmLine(kind: QueryKind, path: string, what: string): string {
  return `${wrongFilmMark} ${kind} ${token(path)} ${what.replace(/[^\x20-\x7e]|["\\]/g, '?').slice(0, 200)}`;
}
