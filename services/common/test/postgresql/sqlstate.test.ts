import assert from 'node:assert/strict';
import { it } from 'node:test';
import { DatabaseError } from 'pg';
import { AppError } from '../../src/errors.ts';
import { isConnectionLost, sqlstateOf, translateError } from '../../src/postgresql/sqlstate.ts';

function failure(code: string): DatabaseError {
  const error = new DatabaseError(`failed with ${code}`, 0, 'error');
  error.code = code;
  error.severity = 'ERROR';
  return error;
}

function translated(name: string, error: unknown): AppError {
  const result = translateError(name, error);
  assert.ok(result instanceof AppError);
  return result;
}

const RETRIABLE = {
  'connection failure': '08006',
  'read-only standby': '25006',
  'wrong password': '28P01',
  'no such database': '3D000',
  'serialization failure': '40001',
  'statement completion unknown': '40003',
  'dead lock': '40P01',
  'missing right': '42501',
  'disk full': '53100',
  'too many connections': '53300',
  'lock not available': '55P03',
  'statement timeout': '57014',
  'server stops': '57P01',
  'server starts': '57P03',
  'I/O error': '58030',
  'error of a proxy': 'XX000',
};

for (const [title, code] of Object.entries(RETRIABLE)) {
  it(`waits after ${title}`, () => {
    const error = translated('postgresql', failure(code));
    assert.deepEqual([error.code, error.retriable], ['STORE_UNAVAILABLE', true]);
    const text =
      code === '25006'
        ? 'the server is read-only, as a standby is: waiting for a primary'
        : `failed with ${code}`;
    assert.equal(error.message, `postgresql: ${text} (SQLSTATE ${code})`);
  });
}

for (const code of ['22021', '23505', '42P01', '42883', '0A000', '21000']) {
  it(`rejects ${code}`, () => {
    const error = translated('postgresql', failure(code));
    assert.deepEqual([error.code, error.retriable], ['STORE_REJECTED', false]);
  });
}

it('waits after an error of the connection, whose code is no SQLSTATE', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
  assert.equal(sqlstateOf(refused), undefined);
  const error = translated('postgresql', refused);
  assert.deepEqual([error.code, error.retriable], ['STORE_UNAVAILABLE', true]);
  assert.equal(error.message, 'postgresql: connect ECONNREFUSED 127.0.0.1:1');
  assert.equal(error.cause, refused);
});

it('does not take five letters of the operating system for a SQLSTATE', () => {
  const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
  assert.equal(sqlstateOf(broken), undefined);
  assert.equal(isConnectionLost(broken), true);
});

it('leaves a connection that is lost or read-only, and no other', () => {
  for (const code of ['08006', '25006', '57P01', '57P05'])
    assert.equal(isConnectionLost(failure(code)), true, code);
  for (const code of ['23505', '40001', '42501', '53100', '57014', 'CA001'])
    assert.equal(isConnectionLost(failure(code)), false, code);
  assert.equal(isConnectionLost(new Error('Query read timeout')), true);
});

it('names every address that refused', () => {
  const refused = new AggregateError([
    new Error('connect ECONNREFUSED ::1:1'),
    new Error('connect ECONNREFUSED 127.0.0.1:1'),
  ]);
  assert.equal(
    translated('postgresql', refused).message,
    'postgresql: connect ECONNREFUSED ::1:1, connect ECONNREFUSED 127.0.0.1:1',
  );
});

for (const error of [new AppError('STOPPING', 'stopping'), new TypeError('a bug')])
  it(`keeps ${error.name}, which is neither the server's nor the connection's, and the connection`, () => {
    assert.equal(isConnectionLost(error), false);
    assert.equal(translateError('postgresql', error), error);
  });
