import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProblemError } from '@caudal/common/http';
import { countryCode, messageSchema } from '@caudal/common/message';
import fc from 'fast-check';
import { InvalidMessagesError, readMessages } from '../../src/messages/read-messages.ts';

const MESSAGE = { description: 'd', country: 'ES', weather: 'w' };
const LINE = JSON.stringify(MESSAGE);

function problemOf(body: string | Buffer, format: 'json' | 'ndjson'): ProblemError {
  try {
    readMessages(Buffer.from(body), format);
  } catch (error) {
    assert.ok(error instanceof ProblemError);
    return error;
  }
  assert.fail('it was taken');
}

function errorsOf(problem: ProblemError): unknown {
  return (JSON.parse(problem.toDocument()) as { errors: unknown }).errors;
}

describe('readMessages', () => {
  it('reads NDJSON with whatever line ends and empty lines', () => {
    for (const text of [LINE, `${LINE}\n`, `\n\n${LINE}\r\n\r\n`, `\uFEFF${LINE}`, `  ${LINE}  \n`]) {
      assert.deepEqual(readMessages(Buffer.from(text), 'ndjson'), [MESSAGE]);
    }
    assert.equal(readMessages(Buffer.from(`${LINE}\n`.repeat(1_000)), 'ndjson').length, 1_000);
  });

  it('reads an empty NDJSON body as no message', () => {
    for (const text of ['', '\n', ' \r\n \n']) assert.equal(problemOf(text, 'ndjson').problem, 'no-messages');
  });

  it('refuses more than 1,000 lines or items', () => {
    assert.equal(problemOf(`${LINE}\n`.repeat(1_001), 'ndjson').problem, 'too-many-messages');
    assert.equal(problemOf(`[${`${LINE},`.repeat(1_000)}${LINE}]`, 'json').problem, 'too-many-messages');
  });

  it('names the line that is not JSON, and what is wrong with the others', () => {
    const problem = problemOf(`${LINE}\n\n{"description"\n[]\n${LINE}`, 'ndjson');
    assert.deepEqual(errorsOf(problem), [
      { index: 1, field: '', reason: 'line 3: JSON syntax error at position 14' },
      { index: 2, field: '', reason: 'must be an object with description, country and weather' },
    ]);
    assert.deepEqual((problem as InvalidMessagesError).countries, ['ES', 'ZZ', 'ZZ', 'ES']);
  });

  it('lists at most 100 problems, and says how many more there are', () => {
    const document = JSON.parse(problemOf(`[${'{},'.repeat(999)}{}]`, 'json').toDocument()) as {
      errors: unknown[];
      omittedErrors: number;
    };
    assert.equal(document.errors.length, 100);
    assert.equal(document.omittedErrors, 2_900);
  });

  it('answers shortly however large the bad field is', () => {
    const fields = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`${'x'.repeat(50)}${n}`, 1]));
    const problem = problemOf(JSON.stringify({ ...MESSAGE, ...fields }), 'json');
    assert.ok(problem.toDocument().length < 1_000);
    assert.match(problem.toDocument(), /and 9995 more/);
    const long = { ...MESSAGE, ['y'.repeat(100_000)]: 1, country: 'z'.repeat(100_000) };
    assert.ok(problemOf(JSON.stringify(long), 'json').toDocument().length < 1_000);
  });

  it('is not impressed by nesting', () => {
    for (const deep of [
      '['.repeat(10_000) + ']'.repeat(10_000),
      `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
    ]) {
      assert.ok(problemOf(deep, 'json') instanceof InvalidMessagesError);
      assert.ok(problemOf(`${LINE.slice(0, -1)},"deep":${deep}}`, 'json') instanceof InvalidMessagesError);
    }
    assert.equal(problemOf('['.repeat(500_000), 'json').problem, 'malformed-json');
  });

  it('lets the last of a repeated field count, as JSON.parse does', () => {
    const [message] = readMessages(Buffer.from(`{"country":"FR",${LINE.slice(1)}`), 'json');
    assert.equal(message?.country, 'ES');
  });

  it('takes exactly what the schema takes, and refuses with a bounded answer what it does not', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('ES', 'España', 'usa', ''));
    const field = fc.oneof({ weight: 5, arbitrary: text }, { weight: 1, arbitrary: fc.jsonValue() });
    const almost = fc.record(
      { description: field, country: field, weather: field, wether: field },
      { requiredKeys: ['description', 'country', 'weather'] },
    );
    const value = fc.oneof(
      fc.record({
        description: fc.string({ minLength: 1, maxLength: 50 }),
        country: fc.constantFrom('ES', 'de', 'Perú', 'United States'),
        weather: fc.string({ minLength: 1, maxLength: 20 }),
      }),
      almost,
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(value, fc.boolean(), (input, isArray) => {
        fc.pre(!Array.isArray(input));
        // What goes over the wire; -0 and undefined do not survive it.
        const sent: unknown = JSON.parse(JSON.stringify(input));
        const expected = messageSchema.safeParse(sent);
        const body = Buffer.from(JSON.stringify(isArray ? [sent] : sent));
        if (expected.success) {
          const messages = readMessages(body, 'json');
          assert.deepEqual(messages, [expected.data]);
          assert.equal(countryCode(messages[0]?.country ?? ''), messages[0]?.country);
        } else {
          const problem = problemOf(body, 'json');
          assert.ok(problem instanceof InvalidMessagesError);
          assert.ok(problem.toDocument().length < 4_000);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
