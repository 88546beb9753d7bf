import type { Game } from './game.ts';
import { createSearch, type Search } from './search.ts';

/** Games that can be ordered. */
export interface Catalogue {
  /** Number of games. */
  readonly size: number;
  /** The game of a row, from 1; undefined if there is none. */
  byRow(row: number): Game | undefined;
  byId(id: number): Game | undefined;
  readonly search: Search;
}

/**
 * Creates a catalogue.
 * @param games in the order of their rows, which may have gaps; no two have the same row or id
 */
export function createCatalogue(games: readonly Game[]): Catalogue {
  const rows = new Map(games.map((game) => [game.row, game]));
  const ids = new Map(games.map((game) => [game.id, game]));
  return {
    size: games.length,
    byRow: (row) => rows.get(row),
    byId: (id) => ids.get(id),
    search: createSearch(games),
  };
}
