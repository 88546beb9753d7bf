import { textArray } from '@caudal/common/postgresql';
import type { VersionReader } from './results.ts';
import { isOneMistake, MIN_LETTERS, spellingsOf } from './spelling.ts';
import type { Vocabulary } from './subjects.ts';

/**
 * Replaces each word that is in no text by the one that differs from it by one mistake, of several by the one that most texts have, then
 * the first by its bytes.
 *
 * @param unknown whether the word at a place is in no text
 * @returns the words joined; undefined where none is to be replaced, or one has no replacement
 */
export async function correct(
  reader: VersionReader,
  vocabulary: Vocabulary,
  tokens: readonly string[],
  unknown: readonly boolean[],
): Promise<string | undefined> {
  const asked = [...new Set(tokens.filter((_, place) => unknown[place]))];
  if (asked.length === 0 || asked.some((token) => [...token].length < MIN_LETTERS)) return undefined;
  const replacements = await replacementsOf(reader, vocabulary, asked);
  if (replacements.size < asked.length) return undefined;
  // By place: the same word may be known at the end, as the beginning of another.
  return tokens
    .map((token, place) => (unknown[place] ? (replacements.get(token) ?? token) : token))
    .join(' ');
}

/** The replacement of each word that has one. */
async function replacementsOf(
  reader: VersionReader,
  { words, spellings }: Vocabulary,
  tokens: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const asked = tokens.flatMap((token) => spellingsOf(token).map((spelling) => [token, spelling] as const));
  const candidates = await reader.query<{ readonly token: string; readonly word: string }>({
    text: `
      select token, word
        from (select distinct token, word
                from unnest($1::text[], $2::text[]) as asked (token, spelling) join ${spellings} using (spelling)) as near
        join ${words} using (word)
       order by uses desc, word`,
    values: [textArray(asked.map(([token]) => token)), textArray(asked.map(([, spelling]) => spelling))],
  });
  // The first of several is to be the one that stays.
  const best = candidates.filter(({ token, word }) => isOneMistake(token, word)).reverse();
  return new Map(best.map(({ token, word }) => [token, word]));
}
