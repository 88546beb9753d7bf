import type { Account, Finding } from '@caudal/common/account';
import { formatCount } from './text-table.ts';

/**
 * The account as a table: a row a country with what was accepted and what each lane stored, the largest first, then
 * the rest in one row, then the total. Countries with a fault are always shown.
 */
export function accountRows(account: Account, maxCountries: number): string[][] {
  const lanes = account.lanes.map(({ lane }) => lane);
  const hasUnknown = account.lanes.some(({ unknown }) => unknown > 0);
  const countries = summarise(account);
  const shown = countries.filter(({ lost, doubled }, index) => index < maxCountries || lost + doubled > 0);
  const rest = countries.filter((country) => !shown.includes(country));
  const row = (name: string, group: readonly CountrySummary[]): string[] => [
    name,
    formatCount(sum(group, ({ accepted }) => accepted)),
    ...(hasUnknown ? [formatCount(sum(group, ({ unknown }) => unknown))] : []),
    ...lanes.map((lane) => formatCount(sum(group, ({ stored }) => stored[lane] ?? 0))),
    formatCount(sum(group, ({ lost }) => lost)),
    formatCount(sum(group, ({ doubled }) => doubled)),
  ];
  const total = row('total', countries);
  // A loss and a double that cancel each other show in no country, so the lanes' own figures count here.
  total.splice(
    -2,
    2,
    ...(['lost', 'doubled'] as const).map((key) => formatCount(sum(account.lanes, (lane) => lane[key]))),
  );
  return [
    ['country', 'accepted', ...(hasUnknown ? ['unknown'] : []), ...lanes, 'lost', 'doubled'],
    ...shown.map((country) => row(country.country, [country])),
    ...(rest.length > 0 ? [row(`${rest.length} more`, rest)] : []),
    total,
  ];
}

/** What is wrong, one line a finding. */
export function findingLines(findings: readonly Finding[], limit = 12): string[] {
  const lines = findings.slice(0, limit).map(describe);
  return findings.length > limit ? [...lines, `… and ${findings.length - limit} more`] : lines;
}

/** The verdict in one line. */
export function verdictLine(account: Account): string {
  if (account.exact) return 'exact: every accepted message is in every store, once';
  const count = (kind: Finding['kind']) =>
    sum(account.findings, (finding) => (finding.kind === kind ? finding.count : 0));
  const wrong = count('wrong-country');
  return `NOT exact: lost ${count('lost')}, doubled ${count('doubled')}${wrong > 0 ? `, under a wrong country ${wrong}` : ''}`;
}

function describe({ lane, country, kind, count, countedAs }: Finding): string {
  const where = country ?? 'in no country alone (the identities tell)';
  if (kind === 'wrong-country') return `${lane}: ${count} of ${where} counted as ${countedAs}`;
  return `${lane}: ${count} ${kind}, ${where}`;
}

interface CountrySummary {
  readonly country: string;
  readonly accepted: number;
  readonly unknown: number;
  readonly stored: Record<string, number>;
  lost: number;
  doubled: number;
}

function summarise(account: Account): CountrySummary[] {
  const byCountry = new Map<string, CountrySummary>();
  for (const { lane, country, accepted, unknown, stored, lost, doubled } of account.rows) {
    const summary = byCountry.get(country) ?? { country, accepted, unknown, stored: {}, lost: 0, doubled: 0 };
    summary.stored[lane] = stored;
    summary.lost += lost;
    summary.doubled += doubled;
    byCountry.set(country, summary);
  }
  return [...byCountry.values()].sort(
    (left, right) => right.accepted - left.accepted || left.country.localeCompare(right.country),
  );
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
