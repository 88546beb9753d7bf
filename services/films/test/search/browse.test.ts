import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readBounds } from '../../src/search/browse.ts';

describe('the parts of all films', () => {
  it('have each film once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(100), fc.integer({ min: 1, max: 4 }), async (last, parts) => {
        const reader = { version: 1, query: async <Row>() => [{ last }] as unknown as readonly Row[] };
        const places: number[] = [];
        for (let part = 0; part < parts; part += 1) {
          const bounds = await readBounds(reader, part, parts);
          for (let place = bounds.first; place <= bounds.last; place += 1) places.push(place);
        }
        assert.deepEqual(
          places,
          Array.from({ length: last }, (_, place) => place + 1),
        );
      }),
    );
  });
});
