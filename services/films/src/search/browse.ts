import type { Place } from './cursor.ts';
import { type Filter, withId } from './filters.ts';
import { readRows } from './read-page.ts';
import type { Page, VersionReader } from './results.ts';
import { FILMS, type Subject } from './subjects.ts';

/** A page of everything, or of what fulfils conditions. */
export interface BrowseRequest {
  readonly filters: readonly Filter[];
  readonly after?: Place | undefined;
  /** Most results of the page. */
  readonly limit: number;
}

/** Reads a page of results that have no classes: the best known first, then by id. */
export async function browse<Entry extends { readonly id: string }>(
  reader: VersionReader,
  subject: Subject<Entry>,
  { filters, after, limit }: BrowseRequest,
): Promise<Page<Entry>> {
  // One row more shows whether another page follows.
  const rows = await readRows(reader, subject, {
    parts: [{ matchClass: 0, filters, after }],
    limit: limit + 1,
  });
  return pageOf(
    subject,
    rows.map(({ entry }) => entry),
    limit,
  );
}

/**
 * The first rows of a list in order, as a page.
 * @param hasMore whether something follows the page
 */
export function pageOf<Entry extends { readonly id: string }>(
  subject: Subject<Entry>,
  rows: readonly Entry[],
  limit: number,
  hasMore = rows.length > limit,
): Page<Entry> {
  const entries = rows.slice(0, limit);
  const last = entries.at(-1);
  return {
    entries,
    corrected: undefined,
    end:
      hasMore && last !== undefined
        ? { matchClass: 0, popularity: subject.rankOf(last), id: last.id }
        : undefined,
  };
}

/** Reads the row with an id; undefined where there is none. */
export async function readOne<Entry>(
  reader: VersionReader,
  subject: Subject<Entry>,
  id: string,
): Promise<Entry | undefined> {
  const [row] = await readRows(reader, subject, {
    parts: [{ matchClass: 0, filters: [withId(id)] }],
    limit: 1,
  });
  return row?.entry;
}

/**
 * Reads where a part of the films begins and ends in the import: all parts together are all films, each once.
 * @param part from 0
 */
export async function readBounds(
  reader: VersionReader,
  part: number,
  parts: number,
): Promise<{ readonly first: number; readonly last: number }> {
  const table = FILMS.table(reader.version);
  const [row] = await reader.query<{ readonly last: number | null }>({
    text: `select max(ordinal) as last from ${table}`,
    values: [],
  });
  const cut = (place: number): number => Math.floor(((row?.last ?? 0) * place) / parts);
  return { first: cut(part) + 1, last: cut(part + 1) };
}
