import { correct } from './correct.ts';
import type { Place } from './cursor.ts';
import type { Filter } from './filters.ts';
import { tokensOf } from './fold.ts';
import { type KnownWord, lookUp } from './known-words.ts';
import { conditionOf, type MatchClass } from './matches.ts';
import { type Part, type Row, readRows } from './read-page.ts';
import { readWords } from './read-words.ts';
import type { Page, VersionReader } from './results.ts';
import type { Subject } from './subjects.ts';

/** What is searched for. */
export interface SearchRequest {
  /** Query, folded; not empty. */
  readonly folded: string;
  /** Further conditions that every result fulfils. */
  readonly filters: readonly Filter[];
  readonly after?: Place | undefined;
  /** Most results of the page. */
  readonly limit: number;
}

/** Rows of a page, of which one may be too many, and what was found out about the words if that was asked. */
interface Found<Entry> {
  readonly rows: readonly Row<Entry>[];
  readonly words: readonly KnownWord[];
}

/**
 * Finds a page of what a person means by a query: first what is exactly that, then what begins with it, then what has its words in any
 * order, the last of which may be unfinished; within each the best known first. Where there is none, words that are in no text are
 * replaced by those that differ by one mistake, once.
 */
export async function search<Entry extends { readonly id: string }>(
  reader: VersionReader,
  subject: Subject<Entry>,
  request: SearchRequest,
): Promise<Page<Entry>> {
  const { folded, after, limit } = request;
  if (after?.corrected !== undefined) {
    const { rows } = await readClasses(reader, subject, request, after.corrected);
    return pageOf(subject, rows, limit, after.corrected);
  }
  const { rows, words } = await readClasses(reader, subject, request, folded);
  if (rows.length > 0 || after !== undefined) return pageOf(subject, rows, limit);
  const corrected = await correct(
    reader,
    subject.vocabulary(reader.version),
    tokensOf(folded),
    words.map(({ uses }) => uses === 0),
  );
  if (corrected === undefined) return pageOf(subject, rows, limit);
  const instead = await readClasses(reader, subject, request, corrected);
  return pageOf(subject, instead.rows, limit, instead.rows.length > 0 ? corrected : undefined);
}

/** Reads class after class until the page is full; one row more shows whether another page follows. */
async function readClasses<Entry extends { readonly id: string }>(
  reader: VersionReader,
  subject: Subject<Entry>,
  { filters, after, limit }: SearchRequest,
  folded: string,
): Promise<Found<Entry>> {
  const tokens = tokensOf(folded);
  const partOf = (matchClass: MatchClass): Part => ({
    matchClass,
    filters: [(first) => conditionOf(matchClass, folded, tokens, first), ...filters],
    after: after?.matchClass === matchClass ? after : undefined,
  });
  const parts = [partOf(0), partOf(1)].filter(
    ({ matchClass }) => after === undefined || matchClass >= after.matchClass,
  );
  const begun = parts.length === 0 ? [] : await readRows(reader, subject, { parts, limit: limit + 1 });
  if (begun.length > limit) return { rows: begun, words: [] };
  const words = await lookUp(reader, subject.vocabulary(reader.version), tokens);
  if (words.some(({ uses }) => uses === 0)) return { rows: begun, words };
  const rest = await readWords(reader, subject, {
    part: partOf(2),
    words,
    // A year is enough to look at few.
    isNarrow: filters.length > 0,
    limit: limit + 1 - begun.length,
  });
  return { rows: [...begun, ...rest], words };
}

function pageOf<Entry extends { readonly id: string }>(
  subject: Subject<Entry>,
  rows: readonly Row<Entry>[],
  limit: number,
  corrected?: string,
): Page<Entry> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    entries: page.map(({ entry }) => entry),
    corrected,
    end:
      rows.length > limit && last !== undefined
        ? {
            matchClass: last.matchClass,
            popularity: subject.rankOf(last.entry),
            id: last.entry.id,
            // The next page does not correct again: it follows the corrected query.
            corrected,
          }
        : undefined,
  };
}
