import type { FilmReader, Reading } from '../../../src/replicas/film-reader.ts';
import { schemaOf } from '../../../src/search/version.ts';

/** Reads titles, from the version that is asked for. */
export async function readTitles(reader: FilmReader, at?: number): Promise<Reading<readonly string[]>> {
  return reader.read({
    at,
    work: async ({ version, query }) => {
      const rows = await query<{ title: string }>({
        text: `select title from ${schemaOf(version)}.film where popularity > $1 order by title`,
        values: [0],
      });
      return rows.map(({ title }) => title);
    },
  });
}

/** What clients have got that read all the time. */
export interface Readings {
  /** Readings so far, in the order of their answers. */
  readonly readings: readonly Reading<readonly string[]>[];
  /** Ends when all clients have their last answer. @throws the first error that one has got */
  stop(): Promise<void>;
}

/** Starts clients, each of which reads again as soon as it has an answer. */
export function readAllTheTime(reader: FilmReader, clients = 4): Readings {
  const readings: Reading<readonly string[]>[] = [];
  let isOver = false;
  const read = async (): Promise<void> => {
    while (!isOver) readings.push(await readTitles(reader));
  };
  const all = Promise.allSettled(Array.from({ length: clients }, read));
  return {
    readings,
    stop: async () => {
      isOver = true;
      for (const result of await all) if (result.status === 'rejected') throw result.reason;
    },
  };
}
