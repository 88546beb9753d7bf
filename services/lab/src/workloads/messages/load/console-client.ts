import type { Account, LaneReport, LaneTotals, PerCountry } from '@caudal/common/account';
import type { Release } from '../../../cluster/release.ts';
import type { Fetch } from '../../../load/fetch.ts';

/** Totals of every lane, by lane. */
export type TotalsByLane = Readonly<Record<string, LaneTotals>>;

/** Counts to compare with the stores. */
export interface AccountRequest {
  readonly accepted: PerCountry;
  readonly unknown: PerCountry;
  readonly before: TotalsByLane;
}

/** The console or a store that it reads is away, maybe for a moment: a pod was replaced, or is busy starting. */
export class ConsoleUnavailableError extends Error {
  override readonly name = 'ConsoleUnavailableError';
}

/**
 * Console client; methods reject with an Error that names the console and its answer, a {@link ConsoleUnavailableError} for 503.
 */
export interface ConsoleClient {
  lanes(options?: { readonly identities: boolean }): Promise<readonly LaneReport[]>;
  compare(request: AccountRequest): Promise<Account>;
}

/** Counting the identities of millions of messages takes a while. */
const TIMEOUT_MS = 150_000;

/** Creates a client for the console at this URL. */
export function createConsoleClient(url: string, fetchJson: Fetch = fetch): ConsoleClient {
  const base = url.replace(/\/+$/, '');
  async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
    const response = await fetchJson(base + path, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) {
      const message = `the console at ${base} answered ${response.status}: ${await response.text()}`;
      throw response.status === 503 ? new ConsoleUnavailableError(message) : new Error(message);
    }
    return (await response.json()) as T;
  }
  return {
    async lanes(options) {
      const query = options?.identities ? '?identities=1' : '';
      return (await ask<{ lanes: LaneReport[] }>(`/api/lanes${query}`)).lanes;
    },
    compare: (request) =>
      ask('/api/account', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(request),
      }),
  };
}

/**
 * Reads the totals of all lanes.
 * @throws ConsoleUnavailableError that names the first lane whose store could not be read.
 */
export function totalsOf(lanes: readonly LaneReport[]): TotalsByLane {
  return Object.fromEntries(
    lanes.map(({ lane, totals, errors }) => {
      if (totals === null)
        throw new ConsoleUnavailableError(`${lane}: ${errors.store ?? 'store totals are unavailable'}`);
      const { total, byCountry, byWeather, identities, readAt, expiryMark } = totals;
      return [lane, { total, byCountry, byWeather, identities, readAt, expiryMark }];
    }),
  );
}

/** Creates a client for the console of a release, through the API server's proxy. */
export function consoleOf(release: Release): ConsoleClient {
  return createConsoleClient(release.apiPath('console'), release.fetch);
}
