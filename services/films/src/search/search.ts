import { correct } from './correct.ts';
import type { Place } from './cursor.ts';
import type { Filter } from './filters.ts';
import { tokensOf } from './fold.ts';
import { CLASSES, conditionOf, type MatchClass } from './matches.ts';
import { readRows } from './read-page.ts';
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
  const { after } = request;
  if (after?.corrected !== undefined) return readCorrected(reader, subject, request, after.corrected);
  const found = await readClasses(reader, subject, request, request.folded);
  if (found.entries.length > 0 || after !== undefined) return found;
  const corrected = await correct(reader, subject.vocabulary(reader.version), tokensOf(request.folded));
  if (corrected === undefined) return found;
  const instead = await readCorrected(reader, subject, request, corrected);
  return instead.entries.length === 0 ? found : instead;
}

async function readCorrected<Entry extends { readonly id: string }>(
  reader: VersionReader,
  subject: Subject<Entry>,
  request: SearchRequest,
  corrected: string,
): Promise<Page<Entry>> {
  const { entries, end } = await readClasses(reader, subject, request, corrected);
  // The next page does not correct again: what it follows is the corrected query.
  return { entries, corrected, end: end && { ...end, corrected } };
}

/** Reads class after class until the page is full; one row more shows whether another page follows. */
async function readClasses<Entry extends { readonly id: string }>(
  reader: VersionReader,
  subject: Subject<Entry>,
  { filters, after, limit }: SearchRequest,
  folded: string,
): Promise<Page<Entry>> {
  const tokens = tokensOf(folded);
  let found: readonly { readonly entry: Entry; readonly matchClass: number }[] = [];
  for (const matchClass of CLASSES.keys()) {
    if (after !== undefined && matchClass < after.matchClass) continue;
    const rows = await readRows(reader, subject, {
      filters: [(first) => conditionOf(matchClass as MatchClass, folded, tokens, first), ...filters],
      after: after?.matchClass === matchClass ? after : undefined,
      limit: limit + 1 - found.length,
    });
    found = [...found, ...rows.map((entry) => ({ entry, matchClass }))];
    if (found.length > limit) break;
  }
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    entries: page.map(({ entry }) => entry),
    corrected: undefined,
    end:
      found.length > limit && last !== undefined
        ? { matchClass: last.matchClass, popularity: subject.rankOf(last.entry), id: last.entry.id }
        : undefined,
  };
}
