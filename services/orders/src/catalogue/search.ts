import { foldText, wordsOf } from './fold.ts';
import type { Game } from './game.ts';

/** A page of a search. */
export interface SearchPage {
  readonly games: readonly Game[];
  /** Where the next page begins; undefined after the last one. */
  readonly next: string | undefined;
}

/** What part of the result of a search is wanted. */
export interface SearchRange {
  /** {@link SearchPage.next} of the page before. Default: the first page. */
  readonly cursor?: string | undefined;
  /** Most games of the page. */
  readonly limit: number;
}

/** Finds games by name. @throws RangeError if the cursor is not one of {@link isCursor} */
export type Search = (query: string, range: SearchRange) => SearchPage;

/** How well a game fits: words of its name begin with those of the query, or only contain them. */
type Rank = 0 | 1;
const RANKS: readonly Rank[] = [0, 1];

const CURSOR = /^([01])-(\d{1,7})$/;

/** Whether a text has the form of a cursor. */
export function isCursor(text: string): boolean {
  return CURSOR.test(text);
}

/**
 * Prepares a search through games. A game is found if its name has every word of the query, without regard to case and accents:
 * first those with words that begin so, then those that contain them, each in the order of rows. A query without letters and digits is
 * looked for as it stands; an empty one finds every game.
 *
 * One scan for each search: 12,000 names take about a millisecond.
 */
export function createSearch(games: readonly Game[]): Search {
  const entries = games.map((game) => {
    const text = foldText(game.name);
    return { game, text, words: ` ${wordsOf(text).join(' ')}` };
  });

  function matcherOf(query: string): (entry: { text: string; words: string }) => Rank | undefined {
    const text = foldText(query);
    const words = [...new Set(wordsOf(text))];
    if (words.length === 0) return (entry) => (entry.text.includes(text) ? 0 : undefined);
    const beginnings = words.map((word) => ` ${word}`);
    return (entry) => {
      if (beginnings.every((beginning) => entry.words.includes(beginning))) return 0;
      return words.every((word) => entry.words.includes(word)) ? 1 : undefined;
    };
  }

  return (query, { cursor, limit }) => {
    const from = readCursor(cursor);
    const match = matcherOf(query);
    const found: Record<Rank, Game[]> = { 0: [], 1: [] };
    for (const entry of entries) {
      const rank = match(entry);
      if (rank === undefined || rank < from.rank || (rank === from.rank && entry.game.row <= from.row))
        continue;
      // One more than wanted: whether there is a next page.
      if (found[rank].length <= limit) found[rank].push(entry.game);
      if (found[0].length > limit) break;
    }
    const inOrder = RANKS.flatMap((rank) => found[rank].map((game) => ({ rank, game })));
    const page = inOrder.slice(0, limit);
    const last = page.at(-1);
    return {
      games: page.map(({ game }) => game),
      next: inOrder.length > limit && last !== undefined ? `${last.rank}-${last.game.row}` : undefined,
    };
  };
}

/** After which game a page begins. */
interface Place {
  readonly rank: Rank;
  readonly row: number;
}

function readCursor(cursor: string | undefined): Place {
  if (cursor === undefined) return { rank: 0, row: 0 };
  const [, rank, row] = CURSOR.exec(cursor) ?? [];
  if (row === undefined) throw new RangeError('not a cursor of a search');
  return { rank: rank === '0' ? 0 : 1, row: Number(row) };
}
