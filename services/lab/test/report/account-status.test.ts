import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Account } from '@caudal/common/account';
import { accountStatus } from '../../src/report/account-status.ts';

describe('accountStatus', () => {
  const account = (exact: boolean): Account => ({ rows: [], lanes: [], findings: [], exact });

  it('is 0 for an exact account of drained lanes alone', () => {
    assert.equal(accountStatus({ account: account(true) }), 0);
    assert.equal(accountStatus({ account: account(false) }), 1);
    assert.equal(accountStatus({ account: account(true), notDrained: 'no progress' }), 1);
  });
});
