import { identityOf, type Ledger, ledgerRequests, type RequestOutcome } from '../ledger.ts';
import { weatherOf } from '../weather-account.ts';
import { identityText, type StoredRow } from './stored-row.ts';

/** The rows of a lane, held against the ledger of a load. */
export interface RowTally {
  readonly rows: number;
  /** Rows whose text the user may read; copies are found among these. */
  readonly withTexts: number;
  /** Distinct identities of the rows. */
  readonly identities: number;
  readonly byCountry: Readonly<Record<string, number>>;
  /** By class of weather, of the words that the load uses. */
  readonly byWeather: Readonly<Record<string, number>>;
  /** Identities that have more than one row, each as often as it is too many. */
  readonly repeated: readonly string[];
  /** Identities of rows that say what a row of the load says, at the same time, but are not of the load. */
  readonly copies: readonly string[];
  /** Identities whose row does not say what was posted. */
  readonly altered: readonly string[];
  /** Identities that were refused and have a row. */
  readonly refused: readonly string[];
  /** Accepted messages without a row. */
  readonly missing: readonly MissingRow[];
  /** Messages of the ledger counted as accepted, by country. */
  readonly accepted: Readonly<Record<string, number>>;
}

/** An accepted message without a row. */
export interface MissingRow {
  readonly identity: string;
  readonly country: string;
}

interface Expected {
  readonly outcome: RequestOutcome;
  readonly country: string;
  readonly description: string;
  readonly weather: string;
  found: boolean;
}

/** Reads every row once and holds it against the ledger. @param apiKey the key the load was sent with */
export async function tallyRows(
  rows: AsyncIterable<StoredRow> | Iterable<StoredRow>,
  ledger: Ledger,
  apiKey?: string,
): Promise<RowTally> {
  const expected = expectedOf(ledger, apiKey);
  const seen = new Set<string>();
  const said = new Set<string>();
  const strangers: StoredRow[] = [];
  const byCountry: Record<string, number> = {};
  const byWeather: Record<string, number> = {};
  const repeated: string[] = [];
  const altered: string[] = [];
  const refused: string[] = [];
  let count = 0;
  let withTexts = 0;
  for await (const row of rows) {
    count += 1;
    if (row.description !== null) withTexts += 1;
    add(byCountry, row.country);
    add(byWeather, weatherOf(row.weather));
    const identity = identityText(row);
    if (seen.has(identity)) {
      repeated.push(identity);
      continue;
    }
    seen.add(identity);
    const message = expected.get(identity);
    if (message === undefined) {
      // Without its text, a message of another sender looks like a copy.
      if (row.description !== null) strangers.push(row);
      continue;
    }
    message.found = true;
    said.add(contentsOf(row));
    if (message.outcome === 'refused') refused.push(identity);
    if (!saysTheSame(message, row)) altered.push(identity);
  }
  const accepted: Record<string, number> = {};
  const missing: MissingRow[] = [];
  for (const [identity, { outcome, country, found }] of expected) {
    if (outcome !== 'accepted') continue;
    add(accepted, country);
    if (!found) missing.push({ identity, country });
  }
  return {
    rows: count,
    withTexts,
    identities: seen.size,
    byCountry,
    byWeather,
    repeated,
    copies: strangers.filter((row) => said.has(contentsOf(row))).map(identityText),
    altered,
    refused,
    missing,
    accepted,
  };
}

function expectedOf(ledger: Ledger, apiKey: string | undefined): Map<string, Expected> {
  const expected = new Map<string, Expected>();
  for (const request of ledgerRequests(ledger)) {
    const scope = `k:${identityOf(request, apiKey)}`;
    request.messages.forEach(({ country, description, weather }, sequence) => {
      const { outcome } = request;
      expected.set(identityText({ scope, sequence }), {
        outcome,
        country,
        description,
        weather,
        found: false,
      });
    });
  }
  return expected;
}

function saysTheSame(message: Expected, row: StoredRow): boolean {
  if (message.country !== row.country) return false;
  if (row.description === null) return weatherOf(message.weather) === row.weather;
  return message.description === row.description && message.weather === row.weather;
}

/** What a row says, with the time of its acceptance: two messages of one load may say the same, at different times. */
function contentsOf({ country, weather, description, acceptedAt }: StoredRow): string {
  return JSON.stringify([country, weather, description, acceptedAt]);
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
