import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';

const directory = new URL('../../data/', import.meta.url);
const source = readFileSync(new URL('SOURCE.md', directory), 'utf8');
const csv = gunzipSync(readFileSync(new URL('films.csv.gz', directory)));

describe('the committed films', () => {
  it('are those that SOURCE.md describes', () => {
    const digest = createHash('sha256').update(csv).digest('hex');
    assert.ok(source.includes(digest), digest);
    assert.match(source, /has 17,472 films/);
    assert.equal(csv.toString().split('\n').length, 17_472 + 2);
  });

  it('come from the file that the derivation takes', () => {
    const derivation = readFileSync(new URL('../src/derive/main.ts', directory), 'utf8');
    const [, digest = ''] = /SOURCE_SHA256 = '([0-9a-f]{64})'/.exec(derivation) ?? [];
    assert.ok(source.includes(digest) && digest !== '');
  });
});
