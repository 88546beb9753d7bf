import { readRunRecord } from '../stack/run-file.ts';
import { STATE_DIRECTORY } from './paths.ts';
import { ExpectedError } from './run-command-line.ts';

/** Where a command finds what it works on. */
export interface Target {
  readonly baseUrl: string;
  readonly consoleUrl: string;
  /** `/metrics` of ingest-api and consumers; empty where they are not known. */
  metricsUrls(): readonly string[];
}

/**
 * The URLs a person gave, or those of what `npm start` runs here.
 * @throws ExpectedError when neither is there.
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
      'nothing runs here: npm start in another terminal, or give --base-url and --console-url',
    );
  }
  return {
    baseUrl: baseUrl ?? record.baseUrl,
    consoleUrl: consoleUrl ?? record.consoleUrl,
    // Read again each time: services come and go while a load runs.
    metricsUrls: () =>
      (readRunRecord(STATE_DIRECTORY) ?? record).services
        .filter(({ name }) => name !== 'console')
        .map(({ operationsUrl }) => `${operationsUrl}/metrics`),
  };
}
