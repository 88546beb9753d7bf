import { textArray } from '@caudal/common/postgresql';
import type { VersionReader } from './results.ts';
import type { Vocabulary } from './subjects.ts';

/** What is known of a word of a query. */
export interface KnownWord {
  readonly word: string;
  /** Whether a text has it; for the last word of a query, whether a text has a word that begins with it. */
  readonly isKnown: boolean;
  /** Texts that have it; 0 for the last word, which stands for many. */
  readonly uses: number;
}

/** Looks up the words of a query, of which the last may be unfinished. */
export async function lookUp(
  reader: VersionReader,
  { words }: Vocabulary,
  tokens: readonly string[],
): Promise<readonly KnownWord[]> {
  const rows = await reader.query<{ readonly uses: number | null; readonly begins: boolean | null }>({
    // The first word that is not before a beginning has that beginning, if any has.
    text: `
      select (select uses from ${words} where place < $2 and word = token),
             (select word ^@ token from ${words} where place = $2 and word >= token order by word limit 1) as begins
        from unnest($1::text[]) with ordinality as asked (token, place)
       order by place`,
    values: [textArray(tokens), tokens.length],
  });
  return rows.map(({ uses, begins }, place) => ({
    word: tokens[place] ?? '',
    isKnown: uses !== null || begins === true,
    uses: uses ?? 0,
  }));
}
