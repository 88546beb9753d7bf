import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GENERATED_DIRECTORY } from '../../src/generated-files.ts';
import { readDashboards } from '../../src/model/dashboard-json.ts';
import { resolveDashboard, substitute } from '../../src/model/resolve.ts';
import type { PrometheusClient } from '../../src/prometheus/client.ts';

const view = { range: { from: 1_000, to: 1_900 }, stepSeconds: 15, scrapeSeconds: 5 };

const clientWith = (lanes: readonly string[]): PrometheusClient => ({
  query: () => Promise.reject(new Error('not asked')),
  queryRange: () => Promise.reject(new Error('not asked')),
  labelValues: async (label, match) => {
    assert.equal(label, 'lane');
    assert.equal(match, 'caudal_assigned_sources{namespace=~".*", release=~".*"}');
    return lanes;
  },
});

const read = (name: string) => {
  const json = readDashboards(GENERATED_DIRECTORY).get(name);
  assert.ok(json);
  return json;
};

test('All matches everything, absent labels included', async () => {
  const { panels } = await resolveDashboard(read('pipeline'), clientWith(['a', 'b']), view);
  const backlog = panels.find(({ title }) => title === 'Backlog');
  assert.match(backlog?.targets[0]?.expr ?? '', /\{namespace=~"\.\*", release=~"\.\*", lane=~"\.\*"\}/);
});

test('a rate window holds at least four scrapes, and a step and a scrape', async () => {
  const windowAt = async (stepSeconds: number, scrapeSeconds: number) => {
    const { panels } = await resolveDashboard(read('pipeline'), clientWith(['a']), {
      ...view,
      stepSeconds,
      scrapeSeconds,
    });
    const rate = panels.find(({ title }) => title === 'Messages stored')?.targets[0]?.expr ?? '';
    return /\[(\w+)\]/.exec(rate)?.[1];
  };
  assert.equal(await windowAt(15, 5), '20s');
  assert.equal(await windowAt(60, 5), '65s');
});

test('repeated panels stand next to each other, two in a row, and push down what follows', async () => {
  const titled = async (lanes: readonly string[]) => {
    const { panels } = await resolveDashboard(read('pipeline'), clientWith(lanes), view);
    return new Map(panels.map(({ title, gridPos }) => [title, gridPos]));
  };
  const two = await titled(['a', 'b']);
  const [left, right] = [
    two.get('Distribution of end-to-end latency, a'),
    two.get('Distribution of end-to-end latency, b'),
  ];
  assert.deepEqual([left?.x, right?.x, left?.w, right?.w], [0, 12, 12, 12]);
  assert.equal(left?.y, right?.y);
  const three = await titled(['a', 'b', 'c']);
  assert.equal(three.get('Distribution of end-to-end latency, c')?.y, (left?.y ?? 0) + (left?.h ?? 0));
  assert.equal((three.get('Replicas')?.y ?? 0) - (two.get('Replicas')?.y ?? 0), left?.h);
});

test('a panel for one lane asks for that lane', async () => {
  const { panels } = await resolveDashboard(read('lanes'), clientWith(['kafka-redis']), view);
  const backlog = panels.find(({ title }) => title === 'Backlog, kafka-redis');
  assert.match(backlog?.targets[0]?.expr ?? '', /lane=~"kafka-redis"/);
});

test('variables are replaced in both notations, unknown ones refused', () => {
  const values = new Map([['lane', 'x']]);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own notation
  assert.equal(substitute('{lane=~"$lane"} ${lane}', values), '{lane=~"x"} x');
  assert.throws(() => substitute('$pod', values), /unknown dashboard variable \$pod/);
});
