import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Light } from '../../src/schemas.ts';
import { countOf, spokenLight, titleOf, viewLight } from '../../web/src/model/light-view.ts';

const AT = Date.UTC(2026, 0, 1, 8, 5, 12);
const light = (more: Partial<Light>): Light => ({
  state: 'exact',
  line: 'every accepted message is in every store, once',
  since: AT,
  accepted: 10,
  inFlight: 0,
  reasons: [],
  ...more,
});

describe('the light as it is shown', () => {
  it('is that of the console while the console speaks', () => {
    for (const state of ['exact', 'equal', 'in-flight', 'drift', 'unknown'] as const)
      assert.equal(viewLight(light({ state }), undefined).state, state);
  });

  it('is never an old colour: without a sign of the console it cannot tell', () => {
    for (const state of ['exact', 'equal', 'in-flight', 'drift', 'unknown'] as const) {
      const view = viewLight(light({ state, lastCertain: { state: 'exact', at: AT } }), 4_000);
      assert.equal(view.state, 'unknown');
      assert.equal(view.line, 'the console has not answered for 4.0 s');
      assert.match(view.notes.join(), /^last exact at \d\d:05:12$/);
    }
    assert.equal(viewLight(undefined, 4_000).state, 'unknown');
    assert.equal(viewLight(undefined, undefined).line, 'waiting for the first reading');
  });

  it('says what its line does not, and no more than a few of them', () => {
    const reason = (text: string) => ({ kind: 'waiting' as const, text, count: 2 });
    const line = 'x is paused, a: 2 waiting';
    const few = viewLight(
      light({ state: 'in-flight', line, reasons: [reason('x is paused'), reason('b')], etaSeconds: 12 }),
      undefined,
    );
    assert.deepEqual(few.notes, ['empty in about 12 s', 'b']);
    const many = viewLight(
      light({ line: '', reasons: ['a', 'b', 'c', 'd', 'e', 'f'].map(reason) }),
      undefined,
    );
    assert.deepEqual(many.notes, ['a', 'b', 'c', 'd', '… and 2 more']);
  });

  it('says when nothing is on its way and the lanes only have to rest', () => {
    const settling = light({
      state: 'in-flight',
      line: 'settling',
      reasons: [{ kind: 'settling', text: 'waiting' }],
    });
    const { state, word, notes } = viewLight(settling, undefined);
    assert.deepEqual([state, word, notes], ['in-flight', 'Settling', []]);
    assert.equal(titleOf(viewLight(settling, undefined), settling), 'Settling · Caudal');
  });

  it('sums findings of a kind', () => {
    const reasons = [
      { kind: 'missing' as const, count: 2, text: 'x' },
      { kind: 'missing' as const, count: 3, text: 'y' },
      { kind: 'doubled' as const, text: 'z' },
    ];
    assert.deepEqual(
      [countOf(light({ reasons }), 'missing'), countOf(light({ reasons }), 'doubled')],
      [5, 0],
    );
  });

  it('puts the state first in the title, and reads out no figure that always changes', () => {
    const flying = light({ state: 'in-flight', line: '1,204 in flight', inFlight: 1_204 });
    assert.equal(titleOf(viewLight(flying, undefined), flying), '1,204 in flight · Caudal');
    assert.equal(spokenLight(viewLight(flying, undefined)), 'In flight');
    assert.equal(titleOf(viewLight(flying, 9_000), flying), 'Cannot tell · Caudal');
    assert.equal(
      spokenLight(viewLight(light({ state: 'drift', line: '1 short' }), undefined)),
      'Drift: 1 short',
    );
  });
});
