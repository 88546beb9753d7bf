import assert from 'node:assert/strict';
import { it } from 'node:test';
import { HUES } from '../../../../grafana-dashboards/src/palette.ts';
import { renderCharts } from '../../src/report/line-chart.ts';

const coloursOf = (names: readonly string[]): string[] => {
  const series = names.map((name) => ({ name, points: [[0, 1] as const, [1, 2] as const] }));
  const svg = renderCharts([{ title: 'Backlog', unit: 'messages', series }]);
  return [...svg.matchAll(/<path [^>]*stroke="([^"]*)"/g)].map(([, colour = '']) => colour);
};

it('draws a lane in the hue it has on the dashboards, whatever its place', () => {
  const { rabbitmq, kafka } = HUES;
  assert.deepEqual(coloursOf(['rabbitmq-valkey', 'kafka-redis']), [rabbitmq.dark, kafka.dark]);
  assert.deepEqual(coloursOf(['kafka-redis', 'rabbitmq-valkey']), [kafka.dark, rabbitmq.dark]);
});

it('draws two lanes of one broker in two shades of its hue, and others in grey', () => {
  const { kafka, neutral } = HUES;
  assert.deepEqual(coloursOf(['kafka-redis', 'nats-postgres', 'kafka-valkey']), [
    kafka.dark,
    neutral.dark,
    kafka.mid,
  ]);
});
