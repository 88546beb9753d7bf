import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  createIdentitySource,
  decodeEnvelope,
  encodeEnvelope,
  keyScope,
  type Message,
  PoisonError,
} from '../../src/message/index.ts';

const good = {
  description: 'olá 🌦️ \ud800',
  country: 'PT',
  weather: 'rainy',
  producer: 'p1',
  sequence: 3,
  acceptedAt: 1_700_000_000_000,
};
const { producer: _, ...withoutIdentity } = good;
const MESSAGE = { description: 'd', country: 'ES', weather: 'w' };

describe('an envelope', () => {
  it('is decoded as it was encoded', () => {
    assert.deepEqual(decodeEnvelope(encodeEnvelope(good)), good);
    const keyed = { ...withoutIdentity, key: 'k' };
    assert.deepEqual(decodeEnvelope(encodeEnvelope(keyed)), keyed);
  });

  it('has version 1 if it names none', () => {
    const named = Buffer.from(JSON.stringify({ ...good, version: 1 }));
    assert.equal(decodeEnvelope(named).version, 1);
    assert.equal(decodeEnvelope(encodeEnvelope(good)).version, undefined);
  });

  const poison: readonly [name: string, body: string, reason: RegExp][] = [
    ['nothing', '', /not JSON/],
    ['a later version', JSON.stringify({ ...good, version: 2 }), /version/],
    ['a version in words', JSON.stringify({ ...good, version: '1' }), /version/],
    ['half of one', '{"description":', /not JSON/],
    ['an array', '[]', /not a JSON object/],
    ['null', 'null', /not a JSON object/],
    ['a text', '"x"', /not a JSON object/],
    ['an empty object', '{}', /country/],
    ['a country name', JSON.stringify({ ...good, country: 'Portugal' }), /country/],
    ['a country of the prototype', JSON.stringify({ ...good, country: 'constructor' }), /country/],
    ['no description', JSON.stringify({ ...good, description: 1 }), /description/],
    ['no weather', JSON.stringify({ ...good, weather: null }), /weather/],
    ['no identity', JSON.stringify(withoutIdentity), /exactly one/],
    ['two identities', JSON.stringify({ ...good, key: 'k' }), /exactly one/],
    ['a producer that is no identifier', JSON.stringify({ ...good, producer: 'a:b' }), /identifier/],
    ['a negative sequence', JSON.stringify({ ...good, sequence: -1 }), /sequence/],
    ['half a sequence', JSON.stringify({ ...good, sequence: 0.5 }), /sequence/],
    ['a sequence beyond all bounds', JSON.stringify({ ...good, sequence: 2 ** 50 }), /sequence/],
    [
      'a key with a far position',
      JSON.stringify({ ...withoutIdentity, key: 'k', sequence: 5_000 }),
      /sequence/,
    ],
    ['no time', JSON.stringify({ ...good, acceptedAt: 'now' }), /acceptedAt/],
  ];
  for (const [name, body, reason] of poison) {
    it(`is poison when it is ${name}`, () => {
      assert.throws(
        () => decodeEnvelope(Buffer.from(body)),
        (error) => error instanceof PoisonError && reason.test(error.message),
      );
    });
  }

  it('is either valid or poison, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          try {
            decodeEnvelope(Buffer.from(bytes));
          } catch (error) {
            assert.ok(error instanceof PoisonError);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('identities', () => {
  it('increase within a process and differ between processes', () => {
    const source = createIdentitySource();
    assert.deepEqual([source.take(2), source.take(1), source.take(5)], [0, 2, 3]);
    assert.notEqual(createIdentitySource().producer, source.producer);
    assert.match(source.producer, /^[A-Za-z0-9_-]{16}$/);
  });

  it('of a key depend on the content of the messages', () => {
    const of = (...messages: readonly Message[]) => keyScope('caller', 'key', messages);
    const scopes = [
      of(MESSAGE),
      of(MESSAGE, MESSAGE),
      of({ ...MESSAGE, country: 'FR' }),
      of({ ...MESSAGE, description: 'dw', weather: '' }),
      of({ ...MESSAGE, description: '', weather: 'dw' }),
    ];
    assert.equal(new Set(scopes).size, scopes.length);
  });

  it('of a key depend on caller, key and messages, and on nothing else', () => {
    assert.equal(keyScope('a', 'b', [MESSAGE]), keyScope('a', 'b', [{ ...MESSAGE }]));
    assert.notEqual(keyScope('a', 'b', [MESSAGE]), keyScope('ab', '', [MESSAGE]));
    assert.notEqual(keyScope('1:', 'x', [MESSAGE]), keyScope('1', ':x', [MESSAGE]));
    assert.match(keyScope('', 'x'.repeat(255), [MESSAGE]), /^[A-Za-z0-9_-]{22}$/);
  });
});
