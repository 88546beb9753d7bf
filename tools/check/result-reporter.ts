import type { TestEvent } from 'node:test/reporters';

/** Maximum lines of an error repeated at the end of a check; a comparison of objects needs several. */
const ERROR_LINES = 20;

/** What this reporter writes. */
export interface TestRunResult {
  readonly counts?: Readonly<Partial<Record<'passed' | 'failed' | 'cancelled' | 'skipped' | 'todo', number>>>;
  /** Each test that failed itself, not through a subtest, with the start of its error. */
  readonly failures: readonly string[];
  /** Each test and the time it took; a suite is the sum of its tests and is left out. */
  readonly durations: readonly TestDuration[];
}

/** How long one test took. */
export interface TestDuration {
  readonly name: string;
  readonly file: string;
  readonly ms: number;
}

/** A node:test reporter that ends with one JSON line, a {@link TestRunResult}. */
async function* resultReporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const failures: string[] = [];
  const durations: TestDuration[] = [];
  let counts: TestRunResult['counts'];
  for await (const event of source) {
    if (event.type === 'test:pass' || event.type === 'test:fail') {
      const { name, file = '', details } = event.data;
      if (details.type !== 'suite') durations.push({ name, file, ms: details.duration_ms });
    }
    if (event.type === 'test:fail') {
      const { name, file, line, details } = event.data;
      const error = details.error as Error & { readonly failureType?: string };
      if (error.failureType === 'subtestsFailed') continue;
      const cause = error.cause instanceof Error ? error.cause.message : String(error.cause ?? error.message);
      const text = cause.split('\n').slice(0, ERROR_LINES).join('\n  ');
      failures.push(`${name} (${file}:${line})\n  ${text}`);
    }
    if (event.type === 'test:summary' && event.data.file === undefined) counts = event.data.counts;
  }
  const result: TestRunResult = { ...(counts && { counts }), failures, durations };
  yield `${JSON.stringify(result)}\n`;
}

// biome-ignore lint/style/noDefaultExport: node:test takes a reporter from a module's default export
export default resultReporter;
