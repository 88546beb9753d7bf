import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatSeconds, withProgress } from '../../lib/progress.ts';

test('durations are short to read', () => {
  assert.equal(formatSeconds(420), '0.4 s');
  assert.equal(formatSeconds(4_250), '4.3 s');
  assert.equal(formatSeconds(12_400), '12 s');
});

test('a task is announced, its progress and its end are reported', async () => {
  const lines: string[] = [];
  const reported = Promise.withResolvers<void>();
  const result = await withProgress(
    'making',
    (line) => {
      lines.push(line);
      if (lines.length === 2) reported.resolve();
    },
    async () => {
      const keepAlive = setInterval(() => undefined, 1_000);
      await reported.promise;
      clearInterval(keepAlive);
      return 7;
    },
    1,
  );
  assert.equal(result, 7);
  assert.equal(lines[0], 'making …');
  assert.match(lines[1] ?? '', /^making … \d+(\.\d)? s$/);
  assert.match(lines.at(-1) ?? '', /^making: done in \d+(\.\d)? s$/);
});

test('a task that fails is not called done', async () => {
  const lines: string[] = [];
  const failing = withProgress(
    'making',
    (line) => lines.push(line),
    async () => {
      throw new Error('no');
    },
  );
  await assert.rejects(failing, /no/);
  assert.deepEqual(lines, ['making …']);
});
