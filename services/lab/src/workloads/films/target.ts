import { findServers, type ServerAddresses } from '../../../../../tools/servers/servers.ts';
import { SERVERS_DIRECTORY, STATE_DIRECTORY } from '../../cli/paths.ts';
import { ExpectedError } from '../../cli/run-command-line.ts';
import type { Site } from '../../load/site.ts';
import { readRunRecord } from '../../stack/run-file.ts';
import { API } from './services.ts';

/**
 * Returns the films started by `npm start -- films`.
 * @throws ExpectedError when they do not run
 */
export function findTarget(): { readonly baseUrl: string; readonly site: Site } {
  const record = readRunRecord(STATE_DIRECTORY);
  const url = record?.urls[API];
  if (record === undefined || url === undefined)
    throw new ExpectedError('the films are not running: run npm start -- films in another terminal');
  return {
    baseUrl: url,
    site: {
      url: (service) => record.urls[service] ?? '',
      fetch,
      metricsUrls: () =>
        // Read each time: services start and stop during a load.
        (readRunRecord(STATE_DIRECTORY) ?? record).services.map(
          ({ operationsUrl }) => `${operationsUrl}/metrics`,
        ),
    },
  };
}

/** Addresses of the servers of the films on this machine. @throws ExpectedError when they do not run */
export async function findAddresses(site: Pick<Site, 'addresses'>): Promise<ServerAddresses> {
  const addresses = site.addresses ?? (await findServers({ dataDirectory: SERVERS_DIRECTORY }))?.addresses;
  if (addresses === undefined)
    throw new ExpectedError('the servers of the films are not there: run npm start -- films');
  return addresses;
}

/** Generated films of what `npm start` runs; undefined for those of the repository. */
export function filmsOf(): number | undefined {
  const films = readRunRecord(STATE_DIRECTORY)?.setup?.films;
  return films === undefined ? undefined : Number(films);
}
