import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { findJsonError } from '../../src/http/find-json-error.ts';

function parseFailure(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** JSON with one character put in, replaced or left out. */
const damaged = fc
  .tuple(fc.json(), fc.nat(), fc.constantFrom(...'x"{}[],:\\1-. \u0001', ''), fc.boolean())
  .map(([json, seed, character, isReplaced]) => {
    const at = seed % (json.length + 1);
    return json.slice(0, at) + character + json.slice(at + (isReplaced ? 1 : 0));
  });

describe('findJsonError', () => {
  it('finds the place, as JSON.parse does where it reports it', () => {
    fc.assert(
      fc.property(damaged, (text) => {
        const failure = parseFailure(text);
        const { position } = findJsonError(text);
        if (failure === undefined) {
          assert.equal(position, text.length);
          return;
        }
        const reported = /position (\d+)/.exec(failure)?.[1];
        if (reported === undefined) return;
        // JSON.parse points into a broken number, word or escape; this points to its start.
        assert.ok(
          position <= Number(reported) && /^[^\s{}[\],:]*$/.test(text.slice(position, Number(reported))),
        );
      }),
      { numRuns: 5_000 },
    );
  });

  it('counts lines and columns from 1', () => {
    assert.deepEqual(findJsonError('{\n "a": 1,\n "b" 2}'), { position: 16, line: 3, column: 6 });
    assert.deepEqual(findJsonError(''), { position: 0, line: 1, column: 1 });
  });

  it('is at home in a million brackets', () => {
    assert.equal(findJsonError('['.repeat(1_000_000)).position, 1_000_000);
    assert.equal(findJsonError('{"a":'.repeat(200_000)).position, 1_000_000);
    assert.equal(findJsonError(`"${'\\n'.repeat(500_000)}`).position, 1_000_001);
  });
});
