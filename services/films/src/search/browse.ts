import type { Place } from './cursor.ts';
import type { Filter } from './filters.ts';
import { readRows } from './read-page.ts';
import type { Page, VersionReader } from './results.ts';
import type { Subject } from './subjects.ts';

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
  const rows = await readRows(reader, subject, { filters, after, limit: limit + 1 });
  return pageOf(subject, rows, limit);
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
