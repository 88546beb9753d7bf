import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '@caudal/common/errors';
import { failureOf } from '../../src/replicas/failure.ts';
import { databaseError } from './support/fake-link.ts';

describe('failureOf', () => {
  for (const [expected, errors] of Object.entries({
    server: [
      databaseError(undefined),
      databaseError('57P01'),
      databaseError('53300'),
      databaseError('42501'),
    ],
    cancelled: [databaseError('40001'), databaseError('40P01'), databaseError('57014')],
    missing: [databaseError('42P01', false), databaseError('3F000', false)],
    question: [
      databaseError('42601', false),
      databaseError('22P02', false),
      new TypeError('a bug'),
      new AppError('STORE_REJECTED', 'no'),
      'a text',
    ],
  }))
    it(`says ${expected}`, () => {
      for (const error of errors) assert.equal(failureOf(error), expected);
    });

  it('says server for a database that is not connected', () => {
    assert.equal(
      failureOf(new AppError('STORE_UNAVAILABLE', 'not connected', { retriable: true })),
      'server',
    );
  });
});
