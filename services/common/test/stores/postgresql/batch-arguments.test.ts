import assert from 'node:assert/strict';
import { it } from 'node:test';
import { batchArguments } from '../../../src/stores/postgresql/batch-arguments.ts';
import { keyed, produced } from '../count-store.conformance.ts';

it('turns a batch into one array a column', () => {
  const envelopes = [
    { ...keyed('k', 3, 'FR', 'Lluvia'), description: 'one', acceptedAt: 1_000 },
    { ...produced('p', 0, 'ES', 'frogs'), description: 'two "quoted"', acceptedAt: 2_000.5 },
  ];
  const positions = [
    { source: 't:0', expected: null, next: 5, marks: '4:abc' },
    { source: 't:1', expected: 7, next: 8 },
  ];
  assert.deepEqual(batchArguments({ envelopes, positions }, 5), [
    '{"t:0","t:1"}',
    '{null,7}',
    '{5,8}',
    '{"4:abc",""}',
    '{"k:k","p:p"}',
    '{3,0}',
    '{"FR","ES"}',
    '{"Lluvia","frogs"}',
    '{"rainy","other"}',
    '{"one","two \\"quoted\\""}',
    '{1000,2000.5}',
    5,
  ]);
});

it('puts messages in the order of their identities, those of one identity as they came', () => {
  const said = (description: string, scope: string, sequence: number) => ({
    ...produced(scope, sequence),
    description,
  });
  const envelopes = [
    said('d', 'b', 10),
    said('c', 'b', 9),
    said('a', 'B', 2),
    said('first', 'a', 1),
    said('second', 'a', 1),
  ];
  const values = batchArguments({ envelopes, positions: [] }, 5);
  assert.equal(values[9], '{"a","first","second","c","d"}');
  assert.deepEqual(
    envelopes.map(({ description }) => description),
    ['d', 'c', 'a', 'first', 'second'],
    'the batch itself is the caller’s',
  );
});

it('takes a time that no clock will show', () => {
  assert.equal(
    batchArguments({ envelopes: [{ ...produced('p', 0), acceptedAt: 1e300 }], positions: [] }, 5)[10],
    '{8640000000000000}',
  );
});
