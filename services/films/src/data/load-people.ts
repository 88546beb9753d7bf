import { type DatabaseClient, numberArray, textArray } from '@caudal/common/postgresql';
import { fold, tokensOf } from '../search/fold.ts';
import { batchesOf } from './batches.ts';
import type { Film } from './film.ts';
import { FilmsFileError } from './import-error.ts';
import { runBatch } from './statements.ts';

/** People of one statement. */
const BATCH_PEOPLE = 5_000;

interface Person {
  readonly name: string;
  readonly films: number;
}

/** Who directed the films of an import, with the number of films of each. */
export class People {
  readonly #people = new Map<string, Person>();

  get size(): number {
    return this.#people.size;
  }

  /** @throws FilmsFileError if a director has the id of another one */
  add({ directors }: Film): void {
    for (const { id, name } of directors) {
      const known = this.#people.get(id);
      if (known !== undefined && known.name !== name)
        throw new FilmsFileError(`the directors ${known.name} and ${name} have the same id ${id}`);
      this.#people.set(id, { name, films: (known?.films ?? 0) + 1 });
    }
  }

  /** Inserts all of them into the tables of the version that is the search path. */
  async insert(client: DatabaseClient): Promise<void> {
    for await (const people of batchesOf(this.#people, BATCH_PEOPLE)) {
      const folded = people.map(([, { name }]) => fold(name));
      await runBatch(
        client,
        `insert into person (id, name, folded, words, films)
         select id, name, folded, array_to_tsvector(tokens::text[]), films
           from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[]) as loaded (id, name, folded, tokens, films)`,
        [
          textArray(people.map(([id]) => id)),
          textArray(people.map(([, { name }]) => name)),
          textArray(folded),
          textArray(folded.map((text) => textArray(tokensOf(text)))),
          numberArray(people.map(([, { films }]) => films)),
        ],
      );
    }
  }
}
