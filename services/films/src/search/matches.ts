import type { Filter } from './filters.ts';

/** A part of a statement with its values; `$1` is the first of them. */
export interface Condition {
  readonly text: string;
  readonly values: readonly (string | number)[];
}

/** How well a text is matched, best first: it is the query, begins with it, or has its words. A text is in its first class. */
export const CLASSES = ['exact', 'prefix', 'words'] as const;

/** Longest word that PostgreSQL looks for, bytes in UTF-8. No title has a longer one. */
const MAX_WORD_BYTES = 2_046;

/** Place in {@link CLASSES}. */
export type MatchClass = 0 | 1 | 2;

/** No folded text has it, and all texts come before it: it ends the range of those that begin alike. */
export const LAST_LETTER = '\u{10FFFF}';

const NOTHING: Condition = { text: 'false', values: [] };

/**
 * The condition that a row is in a class of a query. Columns `folded` and `words` are compared.
 * @param folded query, folded; not empty
 * @param tokens its words
 * @param first number of the condition's first value in its statement
 */
export function conditionOf(
  matchClass: MatchClass,
  folded: string,
  tokens: readonly string[],
  first = 1,
): Condition {
  const value = (place: number): string => `$${first + place}`;
  switch (matchClass) {
    case 0:
      return { text: `folded = ${value(0)}`, values: [folded] };
    case 1:
      return {
        text: `folded > ${value(0)} and folded < ${value(1)}`,
        values: [folded, `${folded}${LAST_LETTER}`],
      };
    case 2:
      if (tokens.some((token) => Buffer.byteLength(token) > MAX_WORD_BYTES)) return NOTHING;
      return {
        text: `words @@ ${value(0)}::tsquery and not folded ^@ ${value(1)}`,
        values: [wordsQuery(tokens), folded],
      };
  }
}

/** A tsquery for texts that have all words, of which the last may be the beginning of one. */
export function wordsQuery(tokens: readonly string[]): string {
  const whole = [...new Set(tokens.slice(0, -1))];
  const [begin = ''] = tokens.slice(-1);
  // A beginning takes long to look up, and says nothing beside a whole word that has it.
  const isImplied = whole.some((token) => token.startsWith(begin));
  return [...whole.map(quoteLexeme), ...(isImplied ? [] : [`${quoteLexeme(begin)}:*`])].join(' & ');
}

/** Rows that have a word, or a word that begins with it. */
export function having({
  word,
  isBeginning,
}: {
  readonly word: string;
  readonly isBeginning: boolean;
}): Filter {
  return (first) => ({
    text: `words @@ $${first}::tsquery`,
    values: [`${quoteLexeme(word)}${isBeginning ? ':*' : ''}`],
  });
}

/** A condition that no index is used for: it is checked for rows that are found by another one. */
export function checked(filter: Filter): Filter {
  return (first) => {
    const { text, values } = filter(first);
    return { text: `(${text}) is true`, values };
  };
}

/** A lexeme in the notation of tsquery, whatever its characters. */
function quoteLexeme(token: string): string {
  return `'${token.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
