import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findChromium } from '../../browser/chromium.ts';
import { PrerequisiteError } from '../../lib/prerequisite-error.ts';

test('without a browser the message says how to get one', async () => {
  await assert.rejects(findChromium(['no-such-browser', '/no/such/browser']), (error) => {
    assert.ok(error instanceof PrerequisiteError);
    assert.match(error.message, /apt-get install .*chromium/);
    return true;
  });
});

test('the first one that is there is taken', async () => {
  assert.equal(await findChromium(['no-such-browser', process.execPath]), process.execPath);
});
