import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkProse } from '../../../check/prose/check-prose.ts';
import { findPhrases } from '../../../check/prose/find-phrases.ts';
import { PHRASES } from '../../../check/prose/phrases.ts';

const found = (text: string): readonly string[] =>
  findPhrases(text).map(({ phrase, line }) => `${line} ${phrase.phrase}`);

describe('findPhrases', () => {
  it('finds every phrase of the list in a sentence', () => {
    for (const phrase of PHRASES)
      assert.ok(
        findPhrases(`As is, ${phrase.phrase}.`).some((finding) => finding.phrase === phrase),
        phrase.phrase,
      );
  });

  it('finds a phrase across a line break, in prose and in comments, on the line where it begins', () => {
    assert.deepEqual(found('A broker\nof\nyours.'), ['2 of yours']);
    assert.deepEqual(found('/**\n * A store of\n * yours.\n */'), ['2 of yours']);
    assert.deepEqual(found('# by\n# itself'), ['1 by itself']);
    assert.deepEqual(found('// The lane goes\n  // on.'), ['1 goes on']);
  });

  it('takes whole words alone', () => {
    assert.deepEqual(found('amend recommended `x-mend` toldo nobodyElse of yourself'), []);
    assert.deepEqual(found('It goes on top of the stack.'), []);
  });

  it('reports in the order of lines', () => {
    assert.deepEqual(found('for ever\nNobody waits.\nso many'), ['1 for ever', '2 nobody', '3 so many']);
  });
});

describe('checkProse', () => {
  const texts = new Map([
    ['clean.md', 'Ingest answers 202.'],
    ['dirty.md', 'Somebody waits for ever.'],
  ]);

  it('fails on a phrase in a file that is not in the baseline, and names line and better words', () => {
    const { problems, baseline } = checkProse(texts, {});
    assert.deepEqual(problems, [
      'dirty.md:1: "somebody"; write "someone", or name the role: a client, another process',
      'dirty.md:1: "for ever"; write "indefinitely", "forever"',
    ]);
    assert.deepEqual(baseline, {});
  });

  it('passes at the baseline, and fails above it', () => {
    assert.deepEqual(checkProse(texts, { 'dirty.md': 2 }).problems, []);
    assert.equal(checkProse(texts, { 'dirty.md': 1 }).problems[0], 'dirty.md: 2 phrases, baseline 1:');
  });

  it('asks to lower a baseline that allows more than there is', () => {
    const { problems, baseline } = checkProse(texts, { 'clean.md': 1, 'dirty.md': 5, 'gone.md': 1 });
    assert.deepEqual(
      problems.map((problem) => problem.split(':')[0]),
      ['clean.md', 'dirty.md', 'gone.md'],
    );
    assert.deepEqual(baseline, { 'dirty.md': 2 });
  });

  it('never raises the baseline', () => {
    assert.deepEqual(checkProse(texts, { 'dirty.md': 1 }).baseline, { 'dirty.md': 1 });
  });
});
