import { type DatabaseClient, textArray } from '@caudal/common/postgresql';
import { MIN_LETTERS, spellingsOf } from '../search/spelling.ts';
import { batchesOf } from './batches.ts';
import { runBatch, runLong } from './statements.ts';

/** Words of one statement; each has about seven spellings. */
const BATCH_WORDS = 3_000;

/** Makes the tables of words of the version that is the search path, from its films and people. */
export async function loadWords(client: DatabaseClient): Promise<void> {
  await loadVocabulary(client, 'film', 'title');
  await loadVocabulary(client, 'person', 'name');
}

async function loadVocabulary(
  client: DatabaseClient,
  texts: 'film' | 'person',
  kind: 'title' | 'name',
): Promise<void> {
  await runLong(
    client,
    `insert into ${kind}_word (word, uses) select word, ndoc from ts_stat('select words from ${texts}')`,
  );
  const words = await runLong<{ readonly word: string }>(client, `select word from ${kind}_word`);
  for await (const batch of batchesOf(words, BATCH_WORDS)) {
    const pairs = batch
      // One letter more may be too many.
      .filter(({ word }) => [...word].length >= MIN_LETTERS - 1)
      .flatMap(({ word }) => spellingsOf(word).map((spelling) => ({ spelling, word })));
    await runBatch(
      client,
      `insert into ${kind}_spelling (spelling, word) select * from unnest($1::text[], $2::text[])`,
      [textArray(pairs.map(({ spelling }) => spelling)), textArray(pairs.map(({ word }) => word))],
    );
  }
}
