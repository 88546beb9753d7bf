import { findServers } from '../../../../../tools/servers/servers.ts';
import { SERVERS_DIRECTORY, STATE_DIRECTORY } from '../../cli/paths.ts';
import { ExpectedError } from '../../cli/run-command-line.ts';
import type { Site } from '../../load/site.ts';
import { readRunRecord } from '../../stack/run-file.ts';
import { API, MAILBOX, MAILBOX_FILE, STEP_MS } from './services.ts';
import { localWitnesses, type Witnesses } from './verify/witness/witnesses.ts';

/**
 * Returns the shop started by `npm start -- orders`.
 * @throws ExpectedError when it does not run
 */
export function findTarget(): { readonly baseUrl: string; readonly site: Site } {
  const record = readRunRecord(STATE_DIRECTORY);
  const url = record?.urls[API];
  if (record === undefined || url === undefined)
    throw new ExpectedError('the shop is not running: run npm start -- orders in another terminal');
  return {
    baseUrl: url,
    site: {
      url: (service) => record.urls[service] ?? '',
      fetch,
      metricsUrls: () =>
        // Read each time: services start and stop during a load.
        (readRunRecord(STATE_DIRECTORY) ?? record).services
          .filter(({ name }) => name !== MAILBOX)
          .map(({ operationsUrl }) => `${operationsUrl}/metrics`),
    },
  };
}

/** Witnesses of the shop on this machine. @throws ExpectedError when its servers do not run */
export async function findWitnesses(site?: Pick<Site, 'addresses'>): Promise<Witnesses> {
  const addresses = site?.addresses ?? (await findServers({ dataDirectory: SERVERS_DIRECTORY }))?.addresses;
  if (addresses === undefined)
    throw new ExpectedError('the servers of the shop are not there: run npm start -- orders');
  return localWitnesses(addresses, MAILBOX_FILE);
}

/** Least time in each state of the shop that `npm start` runs, ms. */
export function stepOf(): number {
  const { setup } = readRunRecord(STATE_DIRECTORY) ?? {};
  return Number(setup?.stepMs ?? STEP_MS);
}
