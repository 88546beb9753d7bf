import type { VersionReader } from '@caudal/films/search/results';
import { readingBy, runApi } from './run-api.ts';

/** A row of a statement about films has its directors as a list. */
interface Row {
  readonly directors?: unknown;
}

function firstOnly<T>(row: T): T {
  const { directors } = row as Row;
  return Array.isArray(directors) ? { ...row, directors: directors.slice(0, 1) } : row;
}

/** An API that knows one director of each film, as a table with a column for the director would. */
runApi(
  readingBy((read) => (request) => {
    const work = (reader: VersionReader): ReturnType<typeof request.work> =>
      request.work({
        version: reader.version,
        query: async <T>(statement: Parameters<VersionReader['query']>[0]) =>
          (await reader.query<T>(statement)).map(firstOnly),
      });
    return read({ ...request, work });
  }),
);
