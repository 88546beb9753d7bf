import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readAssignment, readOptions, UsageError, wholeNumber } from '../../src/cli/arguments.ts';

describe('readOptions', () => {
  it('names what it does not know', () => {
    assert.throws(() => readOptions(['--nope'], {}), /Unknown option '--nope'/);
    assert.throws(() => readOptions(['extra'], {}), /unexpected argument 'extra'/);
    assert.throws(() => readOptions(['--port'], { port: { type: 'string' } }), UsageError);
    assert.equal(readOptions(['--port', '1'], { port: { type: 'string' } }).values.port, '1');
  });
});

describe('wholeNumber', () => {
  const bounds = { min: 1, max: 10, fallback: 3 };
  it('keeps to its bounds', () => {
    assert.equal(wholeNumber('n', undefined, bounds), 3);
    assert.equal(wholeNumber('n', '10', bounds), 10);
    for (const text of ['0', '11', '1.5', 'x', '', '-1', '1e1']) {
      assert.throws(() => wholeNumber('n', text, bounds), /--n .*must be a whole number from 1 to 10/);
    }
  });
});

describe('readAssignment', () => {
  it('reads a name and a count', () => {
    assert.deepEqual(readAssignment('kafka-consumer=4', 'a'), { name: 'kafka-consumer', count: 4 });
    for (const text of [undefined, 'kafka-consumer', 'kafka-consumer=', '=4', 'a=-1']) {
      assert.throws(() => readAssignment(text, 'kafka-consumer'), {
        name: 'UsageError',
        message: 'name a service and a count, such as kafka-consumer=4',
      });
    }
  });
});
