import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPanels } from '../../src/check/check-panels.ts';
import { GENERATED_DIRECTORY } from '../../src/generated-files.ts';
import { type AnswerQuery, startFakePrometheus } from '../support/fake-prometheus.ts';

const view = { range: { from: 1_000, to: 1_900 }, stepSeconds: 15, scrapeSeconds: 5 };
const lanes = ['kafka-redis', 'rabbitmq-valkey'];

/** One series for every query; `value` for those that match. */
const answerWith =
  (matches: (query: string) => boolean, values: readonly [number, string][] | undefined): AnswerQuery =>
  (path, parameters) => {
    if (path.startsWith('label/')) return lanes;
    const samples = matches(parameters.get('query') ?? '') ? values : [[1_900, '1'] as const];
    if (path === 'query')
      return { resultType: 'vector', result: samples?.map((value) => ({ metric: {}, value })) ?? [] };
    return { resultType: 'matrix', result: samples === undefined ? [] : [{ metric: {}, values: samples }] };
  };

async function check(answer: AnswerQuery) {
  const prometheus = await startFakePrometheus(answer);
  try {
    return await checkPanels({ directory: GENERATED_DIRECTORY, prometheusUrl: prometheus.url, view });
  } finally {
    await prometheus.close();
  }
}

test('a Prometheus that has everything leaves no panel empty, and panels repeat for each lane', async () => {
  const result = await check(answerWith(() => false, undefined));
  assert.deepEqual(result.empty, []);
  assert.equal(result.dashboards, 6);
  assert.equal(result.panels, 23 + 2 * 10 + 1 + 8 + 16 + 2 + 16 + 12);
  assert.equal(result.skipped, 0);
  assert.ok(result.queries > 90, `${result.queries} queries`);
});

test('a query without series is listed with its dashboard, panel and expression', async () => {
  const { empty } = await check(answerWith((query) => query.includes('caudal_lane_paused'), undefined));
  assert.deepEqual(
    empty.map(({ dashboard, panel, problem }) => ({ dashboard, panel, problem })),
    [
      { dashboard: 'Caudal / Brokers and stores', panel: 'Lanes', problem: 'no series' },
      { dashboard: 'Caudal / Pipeline', panel: 'Verdict', problem: 'no series' },
      { dashboard: 'Caudal / Pipeline', panel: 'Components', problem: 'no series' },
    ],
  );
  assert.match(empty[0]?.expr ?? '', /^max by \(lane\) \(caudal_lane_paused\{namespace=~"\.\*"/);
});

test('a quotient of nothing by nothing is no figure', async () => {
  const { empty } = await check(
    answerWith((query) => query.includes('caudal_batch_messages'), [[1_900, 'NaN']]),
  );
  assert.ok(empty.length > 0);
  for (const { problem } of empty) assert.equal(problem, 'only NaN');
});

test('what Prometheus does not understand is reported in its words, for marks as well', async () => {
  const { empty } = await check((path, parameters) => {
    if ((parameters.get('query') ?? '').includes(' offset 15s')) throw new Error('parse error: no');
    return answerWith(() => false, undefined)(path, parameters);
  });
  assert.equal(empty.length, 8 * 6, 'eight marks on each dashboard');
  for (const { panel, problem } of empty) {
    assert.match(panel, /^marks "(Scaled|Lane|Load|Broker) \w+"$/);
    assert.equal(problem, 'parse error: no');
  }
});

test('the dashboard of orders is judged only where orders are on', async () => {
  const asksOrders = (query: string) => /caudal_(?:order|outbox|mail|relayed)/.test(query);
  const without = await check(answerWith(asksOrders, undefined));
  assert.deepEqual(without.empty, []);
  assert.equal(without.dashboards, 5);
  const broken = await check(
    answerWith((query) => asksOrders(query) && !query.includes('__name__'), undefined),
  );
  assert.equal(broken.dashboards, 6);
  assert.equal(broken.empty.length, 28, 'every query of it');
  assert.deepEqual(new Set(broken.empty.map(({ dashboard }) => dashboard)), new Set(['Caudal / Orders']));
});

test('the dashboard of films is judged only where films are on', async () => {
  const asksFilms = (query: string) => query.includes('caudal_films');
  const without = await check(answerWith(asksFilms, undefined));
  assert.deepEqual(without.empty, []);
  assert.equal(without.dashboards, 5);
  const broken = await check(
    answerWith((query) => asksFilms(query) && !query.includes('__name__'), undefined),
  );
  assert.equal(broken.dashboards, 6);
  assert.deepEqual(new Set(broken.empty.map(({ dashboard }) => dashboard)), new Set(['Caudal / Films']));
});

test("panels on the stores' exporter are judged only where there is one", async () => {
  const asksRedis = (query: string) => query.includes('redis_');
  const without = await check(answerWith(asksRedis, undefined));
  assert.deepEqual(without.empty, []);
  assert.equal(without.skipped, 5);
  const broken = await check(
    answerWith((query) => asksRedis(query) && !query.includes('__name__'), undefined),
  );
  assert.equal(broken.skipped, 0);
  assert.deepEqual(
    broken.empty.map(({ panel, problem }) => [panel, problem]),
    [
      'memory used of the maximum',
      'memory used of the maximum',
      'commands',
      'evicted keys',
      'delayed fsyncs',
    ].map((what) => [`Stores: ${what}`, 'no series']),
  );
});
