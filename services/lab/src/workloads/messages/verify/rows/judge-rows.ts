import { type Finding, type FindingKind, finding } from '@caudal/common/verdict';
import type { RowCounts } from './stored-row.ts';
import type { MissingRow, RowTally } from './tally-rows.ts';

/** What is known of a lane's rows. */
export interface RowEvidence {
  readonly lane: string;
  readonly tally: RowTally;
  readonly counts: RowCounts;
  /** The load's accepted messages by country, as its account has them. */
  readonly accepted: Readonly<Record<string, number>>;
  /** Identities of the records before the store's positions; undefined for a queue, and where the log cannot be read. */
  readonly passed?: ReadonlySet<string> | undefined;
  /** Whether rows of the load may have been removed because they were old, so that a missing one proves nothing. */
  readonly mayHaveExpired?: boolean;
}

/**
 * Holds a lane's rows against its counts, its positions and the ledger. Each fault gives one finding:
 *
 * - an accepted message without a row is `lost` if the counts have it: it was stored, and its row is gone;
 * - without a row and not in the counts, it is `skipped` if the position of the log has passed it, and otherwise `lost`;
 * - a second row of an identity, or of the same message under another identity, is `doubled`;
 * - a row that does not say what was posted, or of a refused message, is `wrong`;
 * - counts that the rows do not explain have `diverged`.
 */
export function judgeRows(evidence: RowEvidence): Finding[] {
  const { lane, tally, counts, mayHaveExpired = false } = evidence;
  const found: Finding[] = [
    ...of('doubled', lane, 'identities with more than one row', tally.repeated),
    ...of('doubled', lane, 'rows that say what another row says, under another identity', tally.copies),
    ...of('wrong', lane, 'rows that do not say what was posted', tally.altered),
    ...of('wrong', lane, 'rows of refused messages', tally.refused),
    ...weatherFindings(evidence),
  ];
  if (counts.expired !== 0) {
    const counted = sum(counts.byCountry);
    const off = counts.expired === null ? 0 : Math.abs(counted - counts.expired - tally.rows);
    if (off > 0)
      found.push(
        finding(
          'diverged',
          lane,
          `${counted} counted, of which ${counts.expired} rows have expired, and ${tally.rows} rows`,
          { count: off },
        ),
      );
    return mayHaveExpired ? found : [...found, ...of('lost', lane, 'without a row', namesOf(tally.missing))];
  }
  const countries = new Set([
    ...Object.keys(counts.byCountry),
    ...Object.keys(tally.byCountry),
    ...tally.missing.map(({ country }) => country),
  ]);
  for (const country of [...countries].sort()) found.push(...countryFindings(evidence, country));
  return found;
}

function countryFindings({ lane, tally, counts, accepted, passed }: RowEvidence, country: string): Finding[] {
  const counted = counts.byCountry[country] ?? 0;
  const rows = tally.byCountry[country] ?? 0;
  const missing = tally.missing.filter((row) => row.country === country);
  // An interrupted load leaves requests of unknown outcome that its log does not name; they may be missing.
  const unnamed = Math.max(0, (tally.accepted[country] ?? 0) - (accepted[country] ?? 0));
  const short = Math.max(0, missing.length - unnamed);
  const rowsGone = Math.min(Math.max(0, counted - rows), short);
  const off = Math.abs(counted - rows - rowsGone);
  const neverStored = short - rowsGone;
  const examples = namesOf(missing);
  const skipped = passed === undefined ? [] : examples.filter((identity) => passed.has(identity));
  const isSkipped = neverStored > 0 && skipped.length >= neverStored;
  return [
    ...(rowsGone === 0
      ? []
      : [
          finding('lost', lane, `${country}: ${rowsGone} counted, but without a row`, {
            count: rowsGone,
            examples: examples.slice(0, rowsGone),
          }),
        ]),
    ...(neverStored === 0
      ? []
      : [
          finding(
            isSkipped ? 'skipped' : 'lost',
            lane,
            isSkipped
              ? `${country}: the position of the log is past ${neverStored} messages that were never stored`
              : `${country}: ${neverStored} without a row and not counted`,
            { count: neverStored, examples: (isSkipped ? skipped : examples).slice(0, neverStored) },
          ),
        ]),
    ...(off === 0
      ? []
      : [finding('diverged', lane, `${country}: ${counted} counted, ${rows} rows`, { count: off })]),
  ];
}

/** Rows of a class of weather that the counts lack: a word that only the services know may be counted in any class. */
function weatherFindings({ lane, tally, counts }: RowEvidence): Finding[] {
  const [countries, weathers] = [sum(counts.byCountry), sum(counts.byWeather)];
  if (countries !== weathers)
    return [
      finding('diverged', lane, `${countries} counted by country, ${weathers} by weather`, {
        count: Math.abs(countries - weathers),
      }),
    ];
  if (counts.expired !== 0) return [];
  return Object.entries(tally.byWeather)
    .filter(([name]) => name !== 'other')
    .flatMap(([name, rows]) => {
      const counted = counts.byWeather[name] ?? 0;
      return counted >= rows
        ? []
        : [finding('diverged', lane, `${name}: ${counted} counted, ${rows} rows`, { count: rows - counted })];
    });
}

function of(kind: FindingKind, lane: string, what: string, examples: readonly string[]): Finding[] {
  return examples.length === 0 ? [] : [finding(kind, lane, `${examples.length} ${what}`, { examples })];
}

function namesOf(rows: readonly MissingRow[]): string[] {
  return rows.map(({ identity }) => identity);
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, n) => total + n, 0);
}
