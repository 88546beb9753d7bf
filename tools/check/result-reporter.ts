import type { TestEvent } from 'node:test/reporters';

/** Maximum lines of an error repeated at the end of a check; a comparison of objects needs several. */
const ERROR_LINES = 20;

/** Last lines of a file's standard error that are repeated where its process failed; two stacks need as many. */
const REMARK_LINES = 60;

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

/** The error of a test, or of the process that ran a whole file. */
interface TestError extends Error {
  readonly failureType?: string;
  readonly exitCode?: number | null;
  readonly signal?: NodeJS.Signals | null;
}

/** Whether the process of a file failed, though none of its tests did: something went wrong between or after them. */
function isOfProcess({ exitCode, signal }: TestError): boolean {
  return exitCode !== undefined || signal !== undefined;
}

function howItEnded({ exitCode, signal }: TestError): string {
  return signal ? `its process was ended by ${signal}` : `its process exited with status ${exitCode}`;
}

/** The end of each file's standard error, with node:test's own remarks: the only trace of an error outside any test. */
class FileRemarks {
  readonly #texts = new Map<string, string>();

  note(event: TestEvent): void {
    if (event.type !== 'test:diagnostic' && event.type !== 'test:stderr') return;
    const { file, message } = event.data;
    if (file === undefined) return;
    const text = `${this.#texts.get(file) ?? ''}${message}${event.type === 'test:diagnostic' ? '\n' : ''}`;
    const lines = text.split('\n').slice(-REMARK_LINES - 1);
    this.#texts.set(file, lines.join('\n'));
  }

  of(file: string): readonly string[] {
    return (this.#texts.get(file) ?? '').split('\n').filter((line) => line.trim() !== '');
  }
}

/** A node:test reporter that ends with one JSON line, a {@link TestRunResult}. */
async function* resultReporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const failures: string[] = [];
  const durations: TestDuration[] = [];
  const remarks = new FileRemarks();
  let counts: TestRunResult['counts'];
  for await (const event of source) {
    remarks.note(event);
    if (event.type === 'test:pass' || event.type === 'test:fail') {
      const { name, file = '', details } = event.data;
      if (details.type !== 'suite') durations.push({ name, file, ms: details.duration_ms });
    }
    if (event.type === 'test:fail') {
      const { name, file, line, details } = event.data;
      const error = details.error as TestError;
      if (error.failureType === 'subtestsFailed') continue;
      const cause = error.cause instanceof Error ? error.cause.message : String(error.cause ?? error.message);
      const lines = cause.split('\n').slice(0, ERROR_LINES);
      if (isOfProcess(error)) lines.push(howItEnded(error), ...remarks.of(file ?? ''));
      failures.push([`${name} (${file}:${line})`, ...lines].join('\n  '));
    }
    if (event.type === 'test:summary' && event.data.file === undefined) counts = event.data.counts;
  }
  const result: TestRunResult = { ...(counts && { counts }), failures, durations };
  yield `${JSON.stringify(result)}\n`;
}

// biome-ignore lint/style/noDefaultExport: node:test takes a reporter from a module's default export
export default resultReporter;
