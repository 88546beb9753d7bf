import { createRegistry } from '@caudal/common/metrics';
import { createFilmReader } from '@caudal/films/replicas/create-film-reader';
import { runApi } from './run-api.ts';

/** An API that asks its replicas in turn, each question one of them, whatever comes of it. */
runApi((settings, { logger, registry }) => {
  const readers = settings.replicaUrls.map((url, place) =>
    createFilmReader(
      { ...settings, replicaUrls: [url], primaryReads: 'off' },
      { logger, registry: place === 0 ? registry : createRegistry() },
    ),
  );
  const [first] = readers;
  if (first === undefined) throw new TypeError('there is no replica');
  let turn = 0;
  return {
    ...first,
    start: () => {
      for (const reader of readers) reader.start();
    },
    close: async () => void (await Promise.all(readers.map((reader) => reader.close()))),
    read: (request) => {
      turn += 1;
      return (readers[turn % readers.length] ?? first).read(request);
    },
  };
});
