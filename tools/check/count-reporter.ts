import type { TestEvent } from 'node:test/reporters';

/** A node:test reporter that ends with one JSON line: the totals of the run. */
async function* countReporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of source) {
    if (event.type === 'test:summary' && event.data.file === undefined) {
      yield `${JSON.stringify(event.data.counts)}\n`;
    }
  }
}

// biome-ignore lint/style/noDefaultExport: node:test takes a reporter from a module's default export
export default countReporter;
