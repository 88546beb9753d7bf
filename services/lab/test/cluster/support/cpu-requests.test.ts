import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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
});
