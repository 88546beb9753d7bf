import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { versionToRead } from '../../src/replicas/version-to-read.ts';

const has = (current: number | undefined, ...others: readonly number[]) => ({
  current,
  kept: current === undefined ? [] : [...others, current],
});

describe('versionToRead', () => {
  it('is undefined where no server has a current one', () => {
    assert.equal(versionToRead(undefined, []), undefined);
    assert.equal(versionToRead(3, [has(undefined)]), undefined);
  });

  it('is the newest that all have', () => {
    assert.equal(versionToRead(undefined, [has(3, 2), has(3, 2)]), 3);
    assert.equal(versionToRead(2, [has(3, 2), has(2, 1)]), 2);
    assert.equal(versionToRead(2, [has(3, 2), has(3, 2)]), 3);
  });

  it('leaves a server without one to itself', () => {
    assert.equal(versionToRead(undefined, [has(undefined), has(3, 2)]), 3);
  });

  it('does not go back for a server that is behind', () => {
    assert.equal(versionToRead(3, [has(3, 2), has(2, 1)]), 3);
  });

  it('goes back where no server has it any more', () => {
    assert.equal(versionToRead(9, [has(3, 2), has(3, 2)]), 3);
  });
});
