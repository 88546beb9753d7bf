import type { Account } from '@caudal/common/account';
import { formatCount } from '../../../report/text-table.ts';

/**
 * Formats the account as a table: a row per country with accepted and stored per lane, the largest first, then
 * the rest in one row, then the total. Countries with a finding are always shown; `unknown` and `other` are omitted
 * when zero.
 */
export function accountRows(account: Account, maxCountries: number): string[][] {
  const lanes = account.lanes.map(({ lane }) => lane);
  const found = ['lost', 'doubled', ...(sum(account.lanes, ({ other = 0 }) => other) > 0 ? ['other'] : [])];
  const hasUnknown = account.lanes.some(({ unknown }) => unknown > 0);
  const countries = summarise(account);
  const withFinding = new Set(account.findings.flatMap(({ country, countedAs }) => [country, countedAs]));
  const shown = countries.filter(({ country }, index) => index < maxCountries || withFinding.has(country));
  const rest = countries.filter((country) => !shown.includes(country));
  const row = (name: string, group: readonly CountrySummary[], figures: readonly number[]): string[] => [
    name,
    formatCount(sum(group, ({ accepted }) => accepted)),
    ...(hasUnknown ? [formatCount(sum(group, ({ unknown }) => unknown))] : []),
    ...lanes.map((lane) => formatCount(sum(group, ({ stored }) => stored[lane] ?? 0))),
    ...figures.map(formatCount),
  ];
  const foundIn = (group: readonly CountrySummary[]): number[] =>
    found.map((kind) => sum(group, (country) => country.found[kind as FoundKind]));
  return [
    ['country', 'accepted', ...(hasUnknown ? ['unknown'] : []), ...lanes, ...found],
    ...shown.map((country) => row(country.country, [country], foundIn([country]))),
    ...(rest.length > 0 ? [row(`${rest.length} more`, rest, foundIn(rest))] : []),
    // A loss and a double that cancel each other show in no country, so the lanes' own figures count here.
    row(
      'total',
      countries,
      found.map((kind) => sum(account.lanes, (lane) => lane[kind as FoundKind] ?? 0)),
    ),
  ];
}

type FoundKind = 'lost' | 'doubled' | 'other';

interface CountrySummary {
  readonly country: string;
  readonly accepted: number;
  readonly unknown: number;
  readonly stored: Readonly<Record<string, number>>;
  readonly found: Readonly<Record<FoundKind, number>>;
}

function summarise(account: Account): CountrySummary[] {
  const byCountry = new Map<string, CountrySummary>();
  for (const { lane, country, accepted, unknown, stored, lost, doubled, other = 0 } of account.rows) {
    const known = byCountry.get(country);
    byCountry.set(country, {
      country,
      accepted,
      unknown,
      stored: { ...known?.stored, [lane]: stored },
      found: {
        lost: (known?.found.lost ?? 0) + lost,
        doubled: (known?.found.doubled ?? 0) + doubled,
        other: (known?.found.other ?? 0) + other,
      },
    });
  }
  return [...byCountry.values()].sort(
    (left, right) => right.accepted - left.accepted || left.country.localeCompare(right.country),
  );
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
