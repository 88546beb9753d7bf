import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { IgniteError } from '../../../../src/stores/ignite/thin-client/ignite-error.ts';
import { PayloadReader } from '../../../../src/stores/ignite/thin-client/payload-reader.ts';
import {
  PayloadWriter,
  type WritableValue,
} from '../../../../src/stores/ignite/thin-client/payload-writer.ts';

/** What was written, without the length. */
function written(write: (payload: PayloadWriter) => void): Buffer {
  const payload = new PayloadWriter();
  write(payload);
  return payload.bare().subarray(4);
}

const anyValue: fc.Arbitrary<WritableValue> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc.constant(null),
);

describe('a payload', () => {
  it('is little-endian, and every value has its type code', () => {
    const cases: [string, (payload: PayloadWriter) => void][] = [
      ['ff', (payload) => payload.byte(255)],
      ['feff', (payload) => payload.short(-2)],
      ['04030201', (payload) => payload.int(0x01020304)],
      ['0807060504030201', (payload) => payload.long(0x0102030405060708n)],
      ['01', (payload) => payload.boolean(true)],
      ['0903000000c3b161', (payload) => payload.value('ña')],
      ['03fbffffff', (payload) => payload.value(-5)],
      ['040100000000000000', (payload) => payload.value(1n)],
      ['0c02000000beef', (payload) => payload.value(Buffer.from('beef', 'hex'))],
      ['65', (payload) => payload.value(null)],
      ['020000000900', (payload) => payload.sized(() => payload.short(9))],
    ];
    for (const [hex, write] of cases) assert.equal(written(write).toString('hex'), hex);
  });

  it('is a request with its length, operation and number in front', () => {
    const payload = new PayloadWriter();
    payload.int(7);
    assert.equal(payload.request(1_000, 258).toString('hex'), '0e000000e803020100000000000007000000');
  });

  it('reads what it has written', () => {
    fc.assert(
      fc.property(fc.array(anyValue, { maxLength: 200 }), (values) => {
        const reader = new PayloadReader(
          written((payload) => {
            for (const value of values) payload.value(value);
          }),
        );
        assert.deepEqual(
          values.map(() => reader.value()),
          values,
        );
      }),
    );
  });

  it('reads bytes and booleans, which the client does not write as values', () => {
    const reader = new PayloadReader(Buffer.from([1, 0xfe, 8, 1]));
    assert.deepEqual([reader.value(), reader.value()], [-2, true]);
  });

  it('is never read beyond its end', () => {
    fc.assert(
      fc.property(anyValue, fc.nat(), (value, cut) => {
        const whole = written((payload) => payload.value(value));
        const reader = new PayloadReader(whole.subarray(0, cut % whole.length));
        assert.throws(() => reader.value(), { name: 'IgniteError', kind: 'protocol' });
      }),
    );
  });

  it('gives values or an error of the protocol, whatever it contains', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const reader = new PayloadReader(Buffer.from(bytes));
        try {
          for (;;) reader.value();
        } catch (error) {
          assert.ok(error instanceof IgniteError && error.kind === 'protocol', String(error));
        }
      }),
    );
  });

  it('has no more items than it has room for', () => {
    for (const [claimed, items] of [
      [-1, 0],
      [2, 1],
      [2 ** 31 - 1, 100],
    ] as const) {
      const reader = new PayloadReader(
        written((payload) => {
          payload.int(claimed);
          for (let i = 0; i < items; i += 1) payload.value(null);
        }),
      );
      assert.throws(() => reader.count(1), /claims -?\d+ items/);
    }
  });

  it('names the type of a value that the client does not know', () => {
    assert.throws(() => new PayloadReader(Buffer.of(103)).value(), /the type 103/);
  });

  it('refuses anything else where a string has to be', () => {
    const value = (write: WritableValue): PayloadReader =>
      new PayloadReader(written((payload) => payload.value(write)));
    assert.equal(value('text').string(), 'text');
    assert.equal(value(null).optionalString(), null);
    assert.throws(() => value(null).string(), /but null arrived/);
    assert.throws(() => value(4).string(), /but number arrived/);
    assert.throws(() => value(4).optionalString(), /but number arrived/);
  });
});
