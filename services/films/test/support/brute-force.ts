import { fold, tokensOf } from '../../src/search/fold.ts';
import { isOneMistake, MIN_LETTERS } from '../../src/search/spelling.ts';

/** What is searched, with what decides the order. */
export interface Searchable {
  readonly id: string;
  readonly text: string;
  readonly rank: number;
  readonly year?: number | null;
}

/** What a search has to find, by going through everything. */
export interface Expected {
  readonly ids: readonly string[];
  readonly corrected: string | null;
}

interface Row extends Searchable {
  readonly folded: string;
  readonly words: readonly string[];
}

/** Finds by the definition of a search, without any index. */
export class BruteForce {
  readonly #rows: readonly Row[];
  readonly #uses = new Map<string, number>();
  readonly #words: readonly string[];

  constructor(rows: readonly Searchable[]) {
    this.#rows = rows
      .map((row) => ({ ...row, folded: fold(row.text), words: tokensOf(fold(row.text)) }))
      .sort((left, right) => right.rank - left.rank || (left.id < right.id ? -1 : 1));
    for (const { words } of this.#rows)
      for (const word of new Set(words)) this.#uses.set(word, (this.#uses.get(word) ?? 0) + 1);
    this.#words = [...this.#uses.keys()];
  }

  search(text: string, year?: number): Expected {
    const rows = this.#rows.filter((row) => year === undefined || row.year === year);
    if (text.trim() === '') return { ids: rows.map(({ id }) => id), corrected: null };
    const folded = fold(text);
    const ids = find(rows, folded);
    if (folded === '' || ids.length > 0) return { ids, corrected: null };
    const corrected = this.#correct(tokensOf(folded));
    const instead = corrected === undefined ? [] : find(rows, corrected);
    return { ids: instead, corrected: instead.length > 0 && corrected !== undefined ? corrected : null };
  }

  contains(text: string): readonly string[] {
    const folded = fold(text);
    return this.#rows.filter((row) => folded !== '' && row.folded.includes(folded)).map(({ id }) => id);
  }

  #correct(tokens: readonly string[]): string | undefined {
    const isKnown = (token: string, place: number) =>
      this.#uses.has(token) ||
      (place === tokens.length - 1 && this.#words.some((word) => word.startsWith(token)));
    const replaced = tokens.map((token, place) => (isKnown(token, place) ? token : this.#replace(token)));
    if (replaced.includes(undefined) || replaced.join(' ') === tokens.join(' ')) return undefined;
    return replaced.join(' ');
  }

  #replace(token: string): string | undefined {
    if ([...token].length < MIN_LETTERS) return undefined;
    const [best] = this.#words
      .filter((word) => isOneMistake(token, word))
      .sort(
        (left, right) =>
          (this.#uses.get(right) ?? 0) - (this.#uses.get(left) ?? 0) ||
          Buffer.compare(Buffer.from(left), Buffer.from(right)),
      );
    return best;
  }
}

function find(rows: readonly Row[], folded: string): readonly string[] {
  if (folded === '') return [];
  const tokens = tokensOf(folded);
  const begin = tokens.at(-1) ?? '';
  const hasWords = ({ words }: Row) =>
    tokens.slice(0, -1).every((token) => words.includes(token)) &&
    words.some((word) => word.startsWith(begin));
  const classes = [
    (row: Row) => row.folded === folded,
    (row: Row) => row.folded.startsWith(folded),
    hasWords,
  ];
  const classOf = (row: Row): number => classes.findIndex((isIn) => isIn(row));
  return [0, 1, 2].flatMap((place) => rows.filter((row) => classOf(row) === place)).map(({ id }) => id);
}
