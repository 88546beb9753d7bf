import { STATE_DIRECTORY } from '../../cli/paths.ts';
import { ExpectedError } from '../../cli/run-command-line.ts';
import type { Site } from '../../load/site.ts';
import { readRunRecord } from '../../stack/run-file.ts';
import { CONSOLE, INGEST } from './services.ts';

/** A pipeline that a command works on. */
export interface Target {
  readonly baseUrl: string;
  readonly consoleUrl: string;
  readonly site: Site;
}

/**
 * Returns the pipeline at the URLs given as options, or the one started by `npm start`.
 * @throws ExpectedError when neither is available.
 */
export function findTarget(given: {
  readonly baseUrl?: string | undefined;
  readonly consoleUrl?: string | undefined;
}): Target {
  const { baseUrl, consoleUrl } = given;
  if (baseUrl !== undefined && consoleUrl !== undefined) return targetAt(baseUrl, consoleUrl, () => []);
  const record = readRunRecord(STATE_DIRECTORY);
  const { [INGEST]: ingest, [CONSOLE]: console } = record?.urls ?? {};
  if (record === undefined || ingest === undefined || console === undefined) {
    throw new ExpectedError(
      'services are not running: run npm start in another terminal, or give --base-url and --console-url',
    );
  }
  return targetAt(baseUrl ?? ingest, consoleUrl ?? console, () =>
    // Read each time: services start and stop during a load.
    (readRunRecord(STATE_DIRECTORY) ?? record).services
      .filter(({ name }) => name !== CONSOLE)
      .map(({ operationsUrl }) => `${operationsUrl}/metrics`),
  );
}

function targetAt(baseUrl: string, consoleUrl: string, metricsUrls: () => readonly string[]): Target {
  const urls: Readonly<Record<string, string>> = { [INGEST]: baseUrl, [CONSOLE]: consoleUrl };
  return { baseUrl, consoleUrl, site: { url: (service) => urls[service] ?? '', fetch, metricsUrls } };
}
