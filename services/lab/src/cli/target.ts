import { readRunRecord } from '../stack/run-file.ts';
import { STATE_DIRECTORY } from './paths.ts';
import { ExpectedError } from './run-command-line.ts';

/** URLs of the deployment a command works on. */
export interface Target {
  readonly baseUrl: string;
  readonly consoleUrl: string;
  /** `/metrics` of ingest-api and consumers; empty when unknown. */
  metricsUrls(): readonly string[];
}

/**
 * Returns the URLs given as options, or those of the services started by `npm start`.
 * @throws ExpectedError when neither is available.
 */
export function findTarget(given: {
  readonly baseUrl?: string | undefined;
  readonly consoleUrl?: string | undefined;
}): Target {
  const { baseUrl, consoleUrl } = given;
  if (baseUrl !== undefined && consoleUrl !== undefined)
    return { baseUrl, consoleUrl, metricsUrls: () => [] };
  const record = readRunRecord(STATE_DIRECTORY);
  if (record === undefined) {
    throw new ExpectedError(
      'services are not running: run npm start in another terminal, or give --base-url and --console-url',
    );
  }
  return {
    baseUrl: baseUrl ?? record.baseUrl,
    consoleUrl: consoleUrl ?? record.consoleUrl,
    // Read each time: services start and stop during a load.
    metricsUrls: () =>
      (readRunRecord(STATE_DIRECTORY) ?? record).services
        .filter(({ name }) => name !== 'console')
        .map(({ operationsUrl }) => `${operationsUrl}/metrics`),
  };
}
