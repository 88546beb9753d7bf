import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { CHART } from '../../../src/cluster/helm.ts';
import { chartValues, lowCpuRequests } from './cpu-requests.ts';

describe('lowCpuRequests', () => {
  it('lowers each CPU request, wherever it is, and changes nothing else', () => {
    const values = {
      replicas: 2,
      names: ['a'],
      nothing: null,
      resources: { requests: { cpu: '2', memory: '1Gi' }, limits: { memory: '2Gi' } },
      services: { ingest: { port: 1, resources: { requests: { cpu: '100m' } } }, console: { port: 2 } },
      persistence: { requests: { storage: '1Gi' } },
    };
    assert.deepEqual(lowCpuRequests(values), {
      resources: { requests: { cpu: '5m' } },
      services: { ingest: { resources: { requests: { cpu: '5m' } } } },
    });
  });

  it('knows those of the chart', () => {
    const lowered = Object.keys(lowCpuRequests(chartValues()));
    for (const part of ['services', 'kafka', 'postgresql', 'loadtest', 'prometheus'])
      assert.ok(lowered.includes(part), part);
  });

  const lowered = lowCpuRequests(chartValues());
  for (const file of globSync('values{,-*}.yaml', { cwd: CHART })) {
    it(`knows all of ${file}`, () => {
      const text = readFileSync(join(CHART, file), 'utf8');
      const own = lowCpuRequests(parse(text));
      const count = (pattern: RegExp, of: string): number => of.match(pattern)?.length ?? 0;
      assert.equal(count(/"cpu":"5m"/g, JSON.stringify(own)), count(/\brequests:\s*\{?\s*cpu:/g, text));
      assert.partialDeepStrictEqual(lowered, own);
    });
  }
});
