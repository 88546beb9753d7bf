import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CHART } from '../../../src/cluster/helm.ts';

/** What every container asks for: all get the same share of a busy node. */
const CPU_REQUEST = '5m';

type Values = { readonly [name: string]: unknown };

const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Values that lower each CPU request in the values of a chart to next to nothing, and change nothing else.
 *
 * The requests of two releases with a load, or of one that is scaled while another is removed, are more than the two cores
 * of a small node: pods would wait for each other's tests to end.
 */
export function lowCpuRequests(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]): [string, unknown][] => {
      if (!isValues(value)) return [];
      if (isValues(value.requests) && 'cpu' in value.requests)
        return [[name, { requests: { cpu: CPU_REQUEST } }]];
      const lowered = lowCpuRequests(value);
      return Object.keys(lowered).length === 0 ? [] : [[name, lowered]];
    }),
  );
}

/** Writes a values file with {@link lowCpuRequests} of the chart into a directory; returns its path. */
export async function writeLowCpuRequests(directory: string): Promise<string> {
  const file = join(directory, 'low-cpu-requests.json');
  await writeFile(file, JSON.stringify(lowCpuRequests(chartValues())));
  return file;
}

/** Values of the chart, as it is. */
export function chartValues(): Values {
  return parse(readFileSync(join(CHART, 'values.yaml'), 'utf8')) as Values;
}
