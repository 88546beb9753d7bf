import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import { goldenFiles } from '../scripts/golden-files.ts';

const golden = await goldenFiles();

/** Enough to recognise a change; `npm run golden` and `git diff` show all of it. */
const SHOWN_LINES = 12;

describe('the rendered manifests', () => {
  for (const { path, content = '' } of golden) {
    const name = basename(path);
    it(`are those of charts/test/golden/${name}`, () => {
      const kept = existsSync(path) ? readFileSync(path, 'utf8') : '';
      if (kept === content) return;
      assert.fail(
        `${name} is not what the chart renders; run "npm run golden" and review the difference:\n${difference(kept, content)}`,
      );
    });
  }

  it('hold no generated password, and name what was left out', () => {
    assert.deepEqual(
      golden.map(({ path }) => basename(path)),
      ['default.yaml', 'ha.yaml', 'network-policies.yaml', 'stores.yaml', 'orders.yaml', 'films.yaml'],
    );
    for (const { content = '' } of golden.slice(0, 2)) {
      assert.ok(content.split('\n---\n').length >= 50);
      assert.match(content, /admin-password: \(generated\)/);
      assert.match(content, /checksum\/config: \(checksum\)/);
      assert.match(content, /alerts\.yaml: \(a copy\)/);
    }
  });

  it('are compared to the line', () => {
    assert.equal(difference('a\nb\nb\nc\n', 'a\nb\nd\nb\nc\n'), 'line 3:\n+ d');
    assert.equal(difference('a\nb\nc\n', 'a\nx\nc\n'), 'line 2:\n- b\n+ x');
    const long = Array.from({ length: 20 }, (_, index) => `${index}\n`).join('');
    assert.match(difference(`a\n${long}`, 'a\n'), /\n- 11\n- … 8 more lines$/);
  });
});

/** The lines between the first and the last that differ. */
function difference(kept: string, rendered: string): string {
  const [a, b] = [kept.split('\n'), rendered.split('\n')];
  const shorter = Math.min(a.length, b.length);
  let from = 0;
  while (from < shorter && a[from] === b[from]) from += 1;
  let same = 0;
  while (same < shorter - from && a.at(-1 - same) === b.at(-1 - same)) same += 1;
  const show = (mark: string, lines: readonly string[]): readonly string[] => {
    const changed = lines.slice(from, lines.length - same).map((line) => `${mark} ${line}`);
    const more = changed.length - SHOWN_LINES;
    return more > 0 ? [...changed.slice(0, SHOWN_LINES), `${mark} … ${more} more lines`] : changed;
  };
  return [`line ${from + 1}:`, ...show('-', a), ...show('+', b)].join('\n');
}
