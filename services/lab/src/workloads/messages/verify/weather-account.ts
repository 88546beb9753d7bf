import type { Account, Finding } from '@caudal/common/account';
import { weathers } from '../../../../../../load-tests/lib/phrases.ts';

/** Messages by class of weather. */
export type PerWeather = Readonly<Record<string, number>>;

/** A lane's weather: the load's messages that its store knows by key, and what the store counted since before the load. */
export interface LaneWeather {
  readonly found: PerWeather;
  readonly counted: PerWeather;
}

/**
 * Class under which a message of a load must be counted: its English word. Independent of the services' code, so that an
 * error there shows.
 */
export function weatherOf(word: string): string {
  return weathers.find(({ words }) => words.en === word || words.es === word)?.words.en ?? 'other';
}

/**
 * Adds messages that were counted under a wrong weather: those missing in their class although the lane has every one of
 * them, once. Where messages are lost or doubled, nothing says which weather they had, and nothing is added. Messages
 * of another sender can hide a fault, but cannot cause one.
 *
 * @param lanes by name; lanes without a reading before the load are left out
 */
export function withWeather(account: Account, lanes: ReadonlyMap<string, LaneWeather>): Account {
  const findings = account.lanes.flatMap(({ lane, lost, doubled }): Finding[] => {
    const weather = lanes.get(lane);
    if (weather === undefined || lost > 0 || doubled > 0) return [];
    const count = Object.entries(weather.found)
      .map(([name, n]) => Math.max(0, n - (weather.counted[name] ?? 0)))
      .reduce((sum, n) => sum + n, 0);
    return count === 0 ? [] : [{ lane, country: null, kind: 'wrong-weather', count }];
  });
  if (findings.length === 0) return account;
  return { ...account, findings: [...account.findings, ...findings], exact: false };
}

/** Growth of the counts. */
export function weatherGrowth(before: PerWeather, after: PerWeather): PerWeather {
  return Object.fromEntries(Object.entries(after).map(([name, n]) => [name, n - (before[name] ?? 0)]));
}
