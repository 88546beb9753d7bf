import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPrometheusClient } from '../../src/prometheus/client.ts';
import { startFakePrometheus } from '../support/fake-prometheus.ts';

const range = { from: 100, to: 200 };

test('vectors, matrices and scalars become series; infinity is a number', async () => {
  const prometheus = await startFakePrometheus((path, parameters) => {
    if (parameters.get('query') === 'scalar') return { resultType: 'scalar', result: [200, '7'] };
    if (path === 'query')
      return { resultType: 'vector', result: [{ metric: { a: 'b' }, value: [200, '+Inf'] }] };
    assert.equal(parameters.get('step'), '10');
    return {
      resultType: 'matrix',
      result: [
        {
          metric: {},
          values: [
            [100, '1'],
            [110, 'NaN'],
          ],
        },
      ],
    };
  });
  const client = createPrometheusClient(`${prometheus.url}/`);
  try {
    assert.deepEqual(await client.query('vector', 200), [
      { labels: { a: 'b' }, samples: [[200, Number.POSITIVE_INFINITY]] },
    ]);
    assert.deepEqual(await client.query('scalar', 200), [{ labels: {}, samples: [[200, 7]] }]);
    assert.deepEqual(await client.queryRange('matrix', range, 10), [
      {
        labels: {},
        samples: [
          [100, 1],
          [110, Number.NaN],
        ],
      },
    ]);
  } finally {
    await prometheus.close();
  }
});

test("an error has Prometheus' own words", async () => {
  const prometheus = await startFakePrometheus(() => {
    throw new Error('unknown function');
  });
  try {
    await assert.rejects(createPrometheusClient(prometheus.url).query('x()', 1), /unknown function/);
  } finally {
    await prometheus.close();
  }
});

test('an address without a listener is named', async () => {
  const prometheus = await startFakePrometheus(() => []);
  await prometheus.close();
  await assert.rejects(createPrometheusClient(prometheus.url).query('up', 1), {
    message: `Prometheus at ${prometheus.url} does not answer`,
  });
});
