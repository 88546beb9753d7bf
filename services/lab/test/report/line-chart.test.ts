import assert from 'node:assert/strict';
import { it } from 'node:test';
import { HUES } from '@caudal/common/palette';
import { renderCharts } from '../../src/report/line-chart.ts';

const coloursOf = (names: readonly string[]): string[] => {
  const series = names.map((name) => ({ name, points: [[0, 1] as const, [1, 2] as const] }));
  const svg = renderCharts([{ title: 'Backlog', unit: 'messages', series }]);
  return [...svg.matchAll(/<path [^>]*stroke="([^"]*)"/g)].map(([, colour = '']) => colour);
};

it('draws a lane in the hue it has on the dashboards, whatever its place', () => {
  const { valkey, redis } = HUES;
  assert.deepEqual(coloursOf(['rabbitmq-valkey', 'kafka-redis']), [valkey.dark, redis.dark]);
  assert.deepEqual(coloursOf(['kafka-redis', 'rabbitmq-valkey']), [redis.dark, valkey.dark]);
});

it('draws two lanes of one store in two shades of its hue, and others in grey', () => {
  const { redis, neutral } = HUES;
  assert.deepEqual(coloursOf(['kafka-redis', 'nats-dynamo', 'rabbitmq-redis']), [
    redis.dark,
    neutral.dark,
    redis.mid,
  ]);
});

it('names two lanes where it always did, and four within its width', () => {
  const legendOf = (names: readonly string[]): number[] => {
    const series = names.map((name) => ({ name, points: [] }));
    const svg = renderCharts([{ title: 'Backlog', unit: 'messages', series }]);
    return [...svg.matchAll(/<rect x="([\d.]+)" y="8"/g)].map(([, x]) => Number(x));
  };
  assert.deepEqual(legendOf(['rabbitmq-valkey', 'kafka-redis']), [264, 414]);
  const four = legendOf(['rabbitmq-valkey', 'kafka-redis', 'kafka-valkey', 'rabbitmq-redis']);
  assert.equal(four.length, 4);
  // A name of 15 characters takes less than 100.
  assert.ok(Number(four.at(-1)) + 18 + 100 <= 760, four.join());
  assert.ok(
    four.every((x, index) => index === 0 || x - (four[index - 1] ?? 0) >= 18 + 100),
    four.join(),
  );
});
