import type { FilmReader } from '../../replicas/film-reader.ts';
import { browse, pageOf, readBounds } from '../../search/browse.ts';
import { between, containing, ofYear } from '../../search/filters.ts';
import type { FilmEntry, Page } from '../../search/results.ts';
import { FILMS } from '../../search/subjects.ts';
import type { FilmsQuestion } from './questions.ts';

/** A page that one or several reads have found together. */
interface GatheredReading {
  /** Servers that were read from. */
  readonly server: string;
  readonly version: number;
  readonly result: Page<FilmEntry>;
}

/**
 * Reads films whose titles contain a text. No index finds them, so the films can be cut into parts that are read at the same time, each
 * by the server that the reader chooses. However many parts, the answer is the same.
 */
export async function readContaining(reader: FilmReader, question: FilmsQuestion): Promise<GatheredReading> {
  const { folded, year, after, limit, parallel } = question;
  const filters = [containing(folded), ...(year === undefined ? [] : [ofYear(year)])];
  const readPart = (at: number | undefined, part: number) =>
    reader.read({
      at,
      work: async (from) => {
        const cut = async () => {
          const { first, last } = await readBounds(from, part, parallel);
          return [between(first, last)];
        };
        const parts = parallel === 1 ? [] : await cut();
        return browse(from, FILMS, { filters: [...filters, ...parts], after, limit });
      },
    });
  // All parts have to be of one version.
  const at = question.at ?? reader.currentVersion();
  const first = at === undefined || parallel === 1 ? await readPart(question.at, 0) : undefined;
  const version = first?.version ?? at;
  const parts = Array.from({ length: parallel }, (_, part) =>
    part === 0 && first !== undefined ? first : readPart(version, part),
  );
  const readings = await Promise.all(parts);
  const rows = readings.flatMap(({ result }) => result.entries).sort(byFame);
  const isCut = readings.some(({ result }) => result.end !== undefined);
  return {
    server: [...new Set(readings.map(({ server }) => server))].sort().join(', '),
    version: readings[0]?.version ?? 0,
    result: pageOf(FILMS, rows, limit, isCut || rows.length > limit),
  };
}

/** Best known first, then by id, byte by byte, as the database does. */
function byFame(left: FilmEntry, right: FilmEntry): number {
  return right.popularity - left.popularity || (left.id < right.id ? -1 : 1);
}
