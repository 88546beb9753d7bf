import type { Prometheus, Sample, Series } from '../../src/stream/prometheus.ts';

/** A Prometheus that answers what the test says to expressions that contain a text; nothing to others. */
export class FakePrometheus implements Prometheus {
  scope = '';
  answers: readonly (readonly [contains: string, samples: readonly Sample[]])[] = [];
  ranges: readonly (readonly [contains: string, series: readonly Series[]])[] = [];
  asked: string[] = [];
  error: string | undefined;

  async query(expression: string): Promise<readonly Sample[]> {
    this.#ask(expression);
    return this.answers.find(([text]) => expression.includes(text))?.[1] ?? [];
  }

  async range(expression: string): Promise<readonly Series[]> {
    this.#ask(expression);
    return this.ranges.find(([text]) => expression.includes(text))?.[1] ?? [];
  }

  #ask(expression: string): void {
    this.asked.push(expression);
    if (this.error !== undefined) throw new Error(this.error);
  }
}
