import type { KnownWord } from './known-words.ts';
import { checked, having } from './matches.ts';
import { type Part, type Row, readRows } from './read-page.ts';
import type { VersionReader } from './results.ts';
import type { Subject } from './subjects.ts';

/** Texts of a word that are all read once it is looked up, which takes a few milliseconds. */
const MAX_USES = 1_000;
/** Rows that are looked at first where all words are common. */
const FIRST_ROWS = 3_000;
/** Most rows that are looked at then, if those had some results, but too few. */
const MAX_ROWS = 30_000;

/** What {@link readWords} reads. */
export interface WordsRequest {
  /** Rows that have all words. */
  readonly part: Part;
  /** The words, all of which some row has. */
  readonly words: readonly KnownWord[];
  /** Whether the part has other conditions that few rows fulfil. */
  readonly isNarrow: boolean;
  readonly limit: number;
}

/**
 * Reads rows that have all words of a query. PostgreSQL takes words for independent: those of which each is common, and which few rows have
 * together, it would look for through all rows, the best known first. So here it is decided how they are found.
 */
export async function readWords<Entry>(
  reader: VersionReader,
  subject: Subject<Entry>,
  { part, words, isNarrow, limit }: WordsRequest,
): Promise<readonly Row<Entry>[]> {
  const read = (changed: Part) => readRows(reader, subject, { parts: [changed], limit });
  const rarest = words.reduce((least, word) => (word.uses < least.uses ? word : least));
  if (rarest.uses <= MAX_USES)
    return read({
      ...part,
      filters: [having(rarest), ...part.filters.map(checked)],
      way: { kind: 'gathered' },
    });
  if (isNarrow || words.length === 1) return read(part);
  const best = await read({ ...part, way: { kind: 'best known', rows: FIRST_ROWS } });
  if (best.length === limit) return best;
  // Twice as many as are needed, if results are spread evenly.
  const rows = Math.ceil((2 * limit * FIRST_ROWS) / best.length);
  if (rows <= MAX_ROWS) {
    const more = await read({ ...part, way: { kind: 'best known', rows } });
    if (more.length === limit) return more;
  }
  return read({ ...part, way: { kind: 'gathered' } });
}
