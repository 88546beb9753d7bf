import type { PerCountry } from './account.ts';
import type { AcceptedReading, Baseline, LaneReading, LightReading, LightReason } from './light-reading.ts';

/** What the lanes' counts say at rest. */
export interface Drift {
  readonly findings: readonly LightReason[];
  /** Whether the number of accepted messages cannot be derived from the counters. */
  readonly isUncertain: boolean;
}

const NAMES = new Intl.DisplayNames('en', { type: 'region' });

type Known = Extract<AcceptedReading, { kind: 'known' }>;

/**
 * Compares the lanes with each other, and what they stored since the baseline with what was accepted since. Without a
 * baseline, it is compared as a whole, and a difference that all lanes share is put down to the counters.
 */
export function findDrift({ accepted, lanes }: LightReading, baseline: Baseline | undefined): Drift {
  const among = compareLanes(lanes);
  if (accepted.kind !== 'known') return { findings: among, isUncertain: true };
  const then = baseline?.accepted;
  const countries = countriesOf(accepted, lanes);
  const gaps = lanes.flatMap((lane) =>
    countries
      .filter((country) => takes(lane, country))
      .flatMap((country) => {
        const before = baseline?.stored[lane.lane] ?? {};
        const stored = countOf(lane.stored, country) - countOf(before, country);
        const least = countOf(accepted.byCountry, country) - countOf(then?.byCountry, country);
        const most = least + countOf(accepted.unconfirmed, country) - countOf(then?.unconfirmed, country);
        return stored < least || stored > most
          ? [{ lane, country, short: least - stored, over: stored - most }]
          : [];
      }),
  );
  const isContinued = then !== undefined && isContinuation(accepted, then);
  if (!isContinued) return { findings: among, isUncertain: gaps.length > 0 };
  const missing = gaps
    .filter(({ short }) => short > 0)
    .map(({ lane, country, short }) => shortOf(lane, country, short));
  if (accepted.endedProcesses > then.endedProcesses) {
    // What an ended process accepted last is not counted: only a loss is certain.
    const others = among.filter(
      ({ lane, country }) => !missing.some((m) => m.lane === lane && m.country === country),
    );
    return { findings: [...missing, ...others], isUncertain: gaps.some(({ over }) => over > 0) };
  }
  const surplus = gaps
    .filter(({ over }) => over > 0)
    .map(({ lane, country, over }) => overOf(lane, country, over));
  const findings = [...missing, ...surplus];
  return { findings: findings.length > 0 ? findings : among, isUncertain: false };
}

/** Whether counters continue earlier ones: none has become less. */
function isContinuation(now: Known, then: Known): boolean {
  return [
    [now.byCountry, then.byCountry],
    [now.unconfirmed, then.unconfirmed],
  ].every(([a, b]) => Object.keys(b ?? {}).every((country) => countOf(a, country) >= countOf(b, country)));
}

/** Lanes that have less in a country than another lane that takes it. */
function compareLanes(lanes: readonly LaneReading[]): LightReason[] {
  const countries = [...new Set(lanes.flatMap(({ stored }) => Object.keys(stored ?? {})))].sort();
  return countries.flatMap((country) => {
    const taking = lanes.filter((lane) => takes(lane, country));
    const most = Math.max(0, ...taking.map(({ stored }) => countOf(stored, country)));
    return lanes.flatMap((lane): LightReason[] => {
      const count = countOf(lane.stored, country);
      if (!takes(lane, country)) return count === 0 ? [] : [overOf(lane, country, count)];
      return count === most ? [] : [{ ...shortOf(lane, country, most - count), kind: 'lanes-differ' }];
    });
  });
}

function shortOf({ lane }: LaneReading, country: string, count: number): LightReason {
  const text = `${lane} is ${format(count)} short in ${nameOf(country)}`;
  return { kind: 'missing', lane, country, count, text };
}

function overOf({ lane }: LaneReading, country: string, count: number): LightReason {
  const text = `${lane} has ${format(count)} too many in ${nameOf(country)}`;
  return { kind: 'surplus', lane, country, count, text };
}

/** A store that was tampered with may have what is no code at all. */
function nameOf(country: string): string {
  return /^[A-Z]{2}$/.test(country) ? (NAMES.of(country) ?? country) : country;
}

function countriesOf(accepted: Known, lanes: readonly LaneReading[]): string[] {
  const counts = [accepted.byCountry, ...lanes.map(({ stored }) => stored ?? {})];
  return [...new Set(counts.flatMap((one) => Object.keys(one)))].sort();
}

function takes({ countries }: LaneReading, country: string): boolean {
  return countries?.includes(country) ?? true;
}

function countOf(counts: PerCountry | undefined, country: string): number {
  return counts?.[country] ?? 0;
}

function format(count: number): string {
  return count.toLocaleString('en-US');
}
