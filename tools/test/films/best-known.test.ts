import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { bestKnownFilms, TITLES_FILE } from '../../films/best-known.ts';

it('the films that load scripts search for are the best known of the committed ones', () => {
  const written = readFileSync(TITLES_FILE, 'utf8');
  assert.equal(written, bestKnownFilms(), 'run node tools/films/main.ts');
  const lines = written.split('\n');
  assert.equal(lines.length, 1 + 1_500 + 1);
  assert.equal(lines[1], 'Q4941,Skyfall,2012,Sam Mendes');
  assert.ok(lines.some((line) => line.includes('|')) && lines.some((line) => line.includes('"')));
});
