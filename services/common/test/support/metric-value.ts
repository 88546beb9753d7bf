import { parseMetrics } from '../../src/metrics/index.ts';

/**
 * The value of a series in a Prometheus text, such as `caudal_broker_up{broker="kafka"}`: the sum of all that have its name
 * and at least its labels; undefined where there is none.
 */
export function metricValue(text: string, series: string): number | undefined {
  const [wanted] = parseMetrics(`${series} 0`);
  if (wanted === undefined) throw new Error(`${series} is not the name of a series`);
  const values = parseMetrics(text)
    .filter(
      ({ name, labels }) =>
        name === wanted.name &&
        Object.entries(wanted.labels).every(([label, value]) => labels[label] === value),
    )
    .map(({ value }) => value);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}
