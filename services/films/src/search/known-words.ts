import { textArray } from '@caudal/common/postgresql';
import { LAST_LETTER } from './matches.ts';
import type { VersionReader } from './results.ts';
import type { Vocabulary } from './subjects.ts';

/** What is known of a word of a query. */
export interface KnownWord {
  readonly word: string;
  /** Whether it stands for all words that begin with it, as the last one of a query does. */
  readonly isBeginning: boolean;
  /** Texts that have it, or no fewer than have it; 0 where none has. */
  readonly uses: number;
}

/** Most words with one beginning that are counted. */
const MAX_WORDS = 50;

/** Looks up the words of a query, of which the last may be unfinished. */
export async function lookUp(
  reader: VersionReader,
  { words }: Vocabulary,
  tokens: readonly string[],
): Promise<readonly KnownWord[]> {
  const whole = tokens.slice(0, -1);
  const [begin = ''] = tokens.slice(-1);
  const rows = await reader.query<{ readonly uses: number; readonly words: number }>({
    text: `
      select uses, words
        from (select place, coalesce((select uses from ${words} where word = token), 0) as uses, 1 as words
                from unnest($1::text[]) with ordinality as asked (token, place)
              union all
              select $4::integer + 1, coalesce(sum(uses), 0)::float8, count(*)
                from (select uses from ${words} where word >= $2 and word < $3 order by word limit ${MAX_WORDS}) as begun) as known
       order by place`,
    values: [textArray(whole), begin, `${begin}${LAST_LETTER}`, whole.length],
  });
  return rows.map((row, place) => ({
    word: tokens[place] ?? '',
    isBeginning: place === whole.length,
    // More were not counted.
    uses: Number(row.words) === MAX_WORDS ? Number.POSITIVE_INFINITY : row.uses,
  }));
}
