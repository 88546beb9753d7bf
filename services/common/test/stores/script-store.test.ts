import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { createLogger } from '../../src/logging.ts';
import { createScriptStore, type ScriptClient } from '../../src/stores/script-store.ts';
import { produced } from './count-store.conformance.ts';

/** A store whose server answers every script with this error. */
function storeThatAnswers(reply: string) {
  const reconnects: boolean[] = [];
  const client = {
    status: 'ready',
    on: () => undefined,
    disconnect: (reconnect = false) => void reconnects.push(reconnect),
    evalsha: () => Promise.reject(new Error(reply)),
  } as unknown as ScriptClient;
  const settings = { clientName: 'test', url: '', ca: undefined, keyPrefix: '', commandTimeoutMs: 1_000 };
  return { store: createScriptStore('redis', client, settings, createLogger('test', 'silent')), reconnects };
}

const apply = (reply: string) => {
  const { store, reconnects } = storeThatAnswers(reply);
  return { reconnects, applied: store.apply({ envelopes: [produced('p', 0)], positions: [] }) };
};

describe('a reconnected store', () => {
  it('is announced, unlike the first connection', () => {
    const events = new EventEmitter();
    const client = Object.assign(events, { status: 'wait' }) as unknown as ScriptClient;
    const settings = { clientName: 'test', url: '', ca: undefined, keyPrefix: '', commandTimeoutMs: 1_000 };
    const store = createScriptStore('redis', client, settings, createLogger('test', 'silent'));
    let announced = 0;
    store.onReconnected(() => announced++);
    events.emit('ready');
    assert.equal(announced, 0);
    for (const event of ['close', 'ready', 'close', 'error', 'ready']) events.emit(event, new Error('away'));
    assert.equal(announced, 2);
  });
});

describe('an error reply', () => {
  for (const reply of [
    "READONLY You can't write against a read only replica.",
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
    'Command timed out',
  ]) {
    it(`drops the connection: ${reply}`, async () => {
      const { applied, reconnects } = apply(reply);
      await assert.rejects(applied, { code: 'STORE_UNAVAILABLE', retriable: true });
      assert.deepEqual(reconnects, [true]);
    });
  }

  for (const reply of [
    'LOADING Redis is loading the dataset in memory',
    "OOM command not allowed when used memory > 'maxmemory'.",
    'NOPERM this user may not run hincrby on country_counts',
    'ERR max daily request limit exceeded. Limit: 500000, Usage: 500000.',
    'ERR upstream failure',
  ]) {
    it(`pauses the lane: ${reply}`, async () => {
      const { applied, reconnects } = apply(reply);
      await assert.rejects(applied, { code: 'STORE_UNAVAILABLE', retriable: true });
      assert.deepEqual(reconnects, []);
    });
  }

  for (const reply of [
    'WRONGTYPE offsets is a string, not a hash',
    "ERR unknown command 'evalsha', with args beginning with: ",
    'ERR user_script:1: a count is missing script: ee6f1fd2, on @user_script:1.',
    'ERR Error running script (call to f_ee6f1fd2): @user_script:1: a count is missing',
  ]) {
    it(`ends the consumer: ${reply}`, async () => {
      const { applied, reconnects } = apply(reply);
      await assert.rejects(applied, { code: 'STORE_REJECTED', retriable: false });
      assert.deepEqual(reconnects, []);
    });
  }
});
