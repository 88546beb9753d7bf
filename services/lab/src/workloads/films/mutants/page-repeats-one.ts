import type { VersionReader } from '@caudal/films/search/results';
import { readingBy, runApi } from './run-api.ts';

/** An API whose pages begin where the page before ended, instead of after it. */
runApi(
  readingBy((read) => (request) => {
    const work = (reader: VersionReader): ReturnType<typeof request.work> =>
      request.work({
        version: reader.version,
        query: ({ text, values }) => reader.query({ text: text.replaceAll(/\bid > \$/g, 'id >= $'), values }),
      });
    return read({ ...request, work });
  }),
);
