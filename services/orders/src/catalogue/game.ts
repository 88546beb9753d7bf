/** A game of the catalogue. */
export interface Game {
  /** Id in the shop; unrelated to the row. */
  readonly id: number;
  /** Row of the catalogue, from 1. */
  readonly row: number;
  readonly name: string;
  readonly priceCents: number;
}

/** Largest id and price of a game: a column of PostgreSQL's type integer. */
export const MAX_INTEGER = 2_147_483_647;
/** Longest name, in UTF-16 units. */
export const MAX_NAME_LENGTH = 500;
/** Most rows of a catalogue, which is kept in memory. */
export const MAX_ROWS = 1_000_000;
