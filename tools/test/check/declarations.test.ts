import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { declares, longFirst } from '../../check/declarations.ts';

describe('what a test file says of itself', () => {
  it('is a comment line with a reason', () => {
    assert.equal(declares('import a;\n// alone: pauses are measured\n', 'alone'), true);
    assert.equal(declares('// alone: pauses are measured', 'first'), false);
    assert.equal(declares('// alone:\n', 'alone'), false, 'no reason');
    assert.equal(declares('const x = 1; // alone: at the end of a line', 'alone'), false);
  });

  it('puts long files first, and keeps the order of the others', () => {
    const sources = new Map([
      ['a', ''],
      ['b', '// first: it takes two minutes'],
      ['c', ''],
      ['d', '// first: it takes a minute'],
    ]);
    assert.deepEqual(longFirst(sources), ['b', 'd', 'a', 'c']);
  });
});
