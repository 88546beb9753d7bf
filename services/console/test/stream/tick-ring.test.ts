import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StreamState } from '../../src/schemas.ts';
import { applyMergePatch } from '../../src/stream/merge-patch.ts';
import { TickRing } from '../../src/stream/tick-ring.ts';
import { EventReader } from '../support/event-reader.ts';
import { STREAM_EXAMPLE } from '../support/stream-example.ts';

const stateAt = (at: number): StreamState => ({ ...STREAM_EXAMPLE, at });

/** What a page makes of events. */
function shown(...events: readonly (Buffer | undefined)[]): { state: unknown; id: string; names: string[] } {
  const reader = new EventReader();
  for (const bytes of events) reader.push(bytes?.toString() ?? '');
  let state: unknown;
  for (const { name, data } of reader.events)
    state = name === 'snapshot' ? data : applyMergePatch(state as never, data as never);
  return { state, id: reader.id, names: reader.events.map(({ name }) => name) };
}

describe('TickRing', () => {
  it('has nothing before the first state', () => {
    assert.equal(new TickRing('boot').since(undefined), undefined);
  });

  it('gives everything first, then what changed', () => {
    const ring = new TickRing('boot');
    ring.add(stateAt(1));
    const first = ring.since(undefined);
    const page = shown(first, ring.add(stateAt(2)), ring.add(stateAt(3)));
    assert.deepEqual(page, { state: stateAt(3), id: 'boot-3', names: ['snapshot', 'tick', 'tick'] });
    assert.equal(ring.add(stateAt(4))?.toString(), 'id: boot-4\nevent: tick\ndata: {"at":4}\n\n');
  });

  it('gives a page that comes back only the ticks since', () => {
    const ring = new TickRing('boot');
    for (let at = 1; at <= 10; at += 1) ring.add(stateAt(at));
    assert.deepEqual(shown(ring.since('boot-8')).names, ['tick', 'tick']);
    assert.equal(shown(ring.since('boot-10')).names.length, 0);
  });

  for (const id of ['other-8', 'boot-11', 'boot-x', 'boot-', '', 'boot-1']) {
    it(`gives everything to a page whose last id was '${id}'`, () => {
      const ring = new TickRing('boot');
      for (let at = 1; at <= 700; at += 1) ring.add(stateAt(at));
      if (id === 'boot-11') return assert.deepEqual(shown(ring.since('boot-701')).names, ['snapshot']);
      return assert.deepEqual(shown(ring.since(id)).names, ['snapshot']);
    });
  }
});
