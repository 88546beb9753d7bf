import { signal } from '@preact/signals';
import type { GamesPage, ShopGame } from '../model/api.ts';
import type { Failure } from '../model/problem.ts';
import { api, ask } from './api.ts';

/** Games that were found. */
export interface Found {
  readonly query: string;
  readonly games: readonly ShopGame[];
  /** Where the next page begins; undefined after the last one. */
  readonly next: string | undefined;
}

/** Result of the newest search that has ended. */
export const found = signal<Found | undefined>(undefined);
/** Why the newest search failed. */
export const searchFailure = signal<Failure | undefined>(undefined);
/** The game that is being bought. */
export const chosen = signal<ShopGame | undefined>(undefined);

/** Time without a key before a search, ms. */
const PAUSE_MS = 150;
const PAGE_GAMES = '20';

let running: AbortController | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Searches once the customer pauses; a search that is no longer wanted is given up. */
export function searchSoon(query: string): void {
  clearTimeout(timer);
  timer = setTimeout(() => void search(query), PAUSE_MS);
}

/** Searches for games by name. */
export async function search(query: string): Promise<void> {
  const page = await readPage(query, undefined);
  if (page !== undefined) found.value = { query, games: page.games, next: page.next };
}

/** Adds the next page to what was found. */
export async function searchOn(): Promise<void> {
  const { value } = found;
  if (value?.next === undefined) return;
  const page = await readPage(value.query, value.next);
  if (page !== undefined && found.value === value)
    found.value = { ...value, games: [...value.games, ...page.games], next: page.next };
}

/** Undefined if it failed, or another search has begun meanwhile. */
async function readPage(query: string, cursor: string | undefined): Promise<GamesPage | undefined> {
  running?.abort();
  const own = new AbortController();
  running = own;
  const url = api('games');
  url.searchParams.set('q', query);
  url.searchParams.set('limit', PAGE_GAMES);
  if (cursor !== undefined) url.searchParams.set('cursor', cursor);
  try {
    const answer = await ask<GamesPage>(url, { signal: own.signal });
    searchFailure.value = answer.isOk ? undefined : answer.failure;
    return answer.isOk ? answer.body : undefined;
  } catch (error) {
    if (own.signal.aborted) return undefined;
    throw error;
  }
}
