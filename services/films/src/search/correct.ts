import type { VersionReader } from './results.ts';
import { isOneMistake, MIN_LETTERS, spellingsOf } from './spelling.ts';
import type { Vocabulary } from './subjects.ts';

interface Candidate {
  readonly word: string;
  readonly uses: number;
}

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
  const unknown = await unknownOf(reader, vocabulary, tokens);
  if (unknown.size === 0) return undefined;
  const replacements = new Map<string, string>();
  for (const token of unknown) {
    const word = await replacementOf(reader, vocabulary, token);
    if (word === undefined) return undefined;
    replacements.set(token, word);
  }
  return tokens.map((token) => replacements.get(token) ?? token).join(' ');
}

async function unknownOf(
  reader: VersionReader,
  { words }: Vocabulary,
  tokens: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await reader.query<{ readonly token: string }>({
    text: `
      select token from unnest($1::text[]) with ordinality as asked (token, place)
       where not exists (select from ${words} where word = token)
         and not (place = $2 and exists (select from ${words} where word ^@ token))`,
    values: [tokens, tokens.length],
  });
  return new Set(rows.map(({ token }) => token));
}

async function replacementOf(
  reader: VersionReader,
  { words, spellings }: Vocabulary,
  token: string,
): Promise<string | undefined> {
  if ([...token].length < MIN_LETTERS) return undefined;
  const candidates = await reader.query<Candidate>({
    text: `
      select word, uses from (select distinct word from ${spellings} where spelling = any($1)) as near join ${words} using (word)
       order by uses desc, word`,
    values: [spellingsOf(token)],
  });
  return candidates.find(({ word }) => isOneMistake(token, word))?.word;
}
