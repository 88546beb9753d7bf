import { readingBy, runApi } from './run-api.ts';

/** An API that reads every page from the version that is current then. */
runApi(
  readingBy(
    (read) =>
      ({ at: _ignored, ...request }) =>
        read(request),
  ),
);
