import { UsageError, wholeNumber } from '../cli/arguments.ts';
import type { ChaosIntensity } from './run-chaos.ts';

const text = { type: 'string' } as const;

/** Options of `npm run chaos` that every system has, besides the size of its load. */
export const INTENSITY_OPTIONS = {
  seed: text,
  kills: text,
  stops: text,
  'stop-seconds': text,
  network: text,
  targets: text,
} as const;

/** Their values as they were given. */
type IntensityValues = { readonly [Name in keyof typeof INTENSITY_OPTIONS]?: string | undefined };

/**
 * Reads how much is broken.
 * @param messages size of the load
 * @throws UsageError for a value that is none, and when nothing would be broken
 */
export function readIntensity(values: IntensityValues, messages: number): ChaosIntensity {
  const number = (name: keyof IntensityValues, min: number, max: number, fallback: number): number =>
    wholeNumber(name, values[name], { min, max, fallback });
  const intensity = {
    seed: values.seed ?? '1',
    messages,
    kills: number('kills', 0, 100, 2),
    stops: number('stops', 0, 100, 2),
    networkFaults: number('network', 0, 100, 2),
    stopMs: number('stop-seconds', 1, 120, 10) * 1_000,
  };
  if (intensity.kills + intensity.stops + intensity.networkFaults === 0)
    throw new UsageError('nothing to inject: raise --kills, --stops or --network');
  return intensity;
}
