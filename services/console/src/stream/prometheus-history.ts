import { METRICS } from '@caudal/common/metrics';
import type { History } from '../schemas.ts';
import { type Prometheus, type Series, selectorOf } from './prometheus.ts';
import { quantilesOf } from './traffic.ts';

const POINTS = 300;
const WINDOW = '30s';

/** What the charts show of the last minutes, from Prometheus. Rejects when it does not answer. @param atMs the end */
export async function prometheusHistory(
  prometheus: Prometheus,
  lanes: readonly string[],
  minutes: number,
  atMs: number,
): Promise<History> {
  const step = Math.max(1, Math.round((minutes * 60) / POINTS));
  const to = Math.floor(atMs / 1_000 / step) * step;
  const from = to - minutes * 60;
  const times = Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
  const of = (name: string, matchers?: string) => selectorOf(prometheus, name, matchers);
  const ask = (expression: string) => prometheus.range(expression, from, to, step);
  const [ingest, stored, backlog, seconds] = await Promise.all([
    ask(`sum(rate(${of(METRICS.ingestMessages.name, 'outcome="accepted"')}[${WINDOW}]))`),
    ask(`sum by (lane) (rate(${of(METRICS.storedMessages.name)}[${WINDOW}]))`),
    ask(`max by (lane) (${of(METRICS.backlogMessages.name)})`),
    ask(quantilesOf(prometheus, METRICS.endToEndSeconds.name, ['lane'])),
  ]);
  const values = (series: readonly Series[], labels: Readonly<Record<string, string>>): (number | null)[] => {
    const found = series.find((one) =>
      Object.entries(labels).every(([name, value]) => one.labels[name] === value),
    );
    const byTime = new Map(found?.values);
    // JSON has no NaN, which is what a quantile of nothing is.
    return times.map((time) => {
      const value = byTime.get(time);
      return value !== undefined && Number.isFinite(value) ? value : null;
    });
  };
  return {
    source: 'prometheus',
    at: times.map((time) => time * 1_000),
    ingest: { perSecond: values(ingest, {}) },
    lanes: Object.fromEntries(
      lanes.map((lane) => [
        lane,
        {
          perSecond: values(stored, { lane }),
          p50: values(seconds, { lane, q: '0.5' }),
          p95: values(seconds, { lane, q: '0.95' }),
          p99: values(seconds, { lane, q: '0.99' }),
          backlog: values(backlog, { lane }),
        },
      ]),
    ),
  };
}
