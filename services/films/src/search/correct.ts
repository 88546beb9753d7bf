import { textArray } from '@caudal/common/postgresql';
import type { VersionReader } from './results.ts';
import { isOneMistake, MIN_LETTERS, spellingsOf } from './spelling.ts';
import type { Vocabulary } from './subjects.ts';

/**
 * Replaces each word that is in no text by the one that differs from it by one mistake, of several by the one that most texts have, then
 * the first by its bytes. The last word counts as known where one begins with it.
 *
 * @returns the words joined; undefined where none is to be replaced, or one has no replacement
 */
export async function correct(
  reader: VersionReader,
  vocabulary: Vocabulary,
  tokens: readonly string[],
): Promise<string | undefined> {
  const places = await unknownPlaces(reader, vocabulary, tokens);
  const unknown = new Set(tokens.filter((_, place) => places.has(place)));
  if (unknown.size === 0 || [...unknown].some((token) => [...token].length < MIN_LETTERS)) return undefined;
  const replacements = await replacementsOf(reader, vocabulary, [...unknown]);
  if (replacements.size < unknown.size) return undefined;
  // By place: the same word may be known at the end, as the beginning of another.
  return tokens
    .map((token, place) => (places.has(place) ? (replacements.get(token) ?? token) : token))
    .join(' ');
}

/** Places of words that no text has, from 0. */
async function unknownPlaces(
  reader: VersionReader,
  { words }: Vocabulary,
  tokens: readonly string[],
): Promise<ReadonlySet<number>> {
  const rows = await reader.query<{ readonly place: number }>({
    // The first word that is not before a beginning has that beginning, if any has.
    text: `
      select place::integer from unnest($1::text[]) with ordinality as asked (token, place)
       where case place
               when $2 then not coalesce((select word ^@ token from ${words} where word >= token order by word limit 1), false)
               else not exists (select from ${words} where word = token)
             end`,
    values: [textArray(tokens), tokens.length],
  });
  return new Set(rows.map(({ place }) => place - 1));
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
  const best = candidates.filter(({ token, word }) => isOneMistake(token, word)).reverse();
  return new Map(best.map(({ token, word }) => [token, word]));
}
