import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadConfig } from '../../src/processor/config.ts';

const REQUIRED = {
  POSTGRESQL_URL: 'postgresql://user:pass@127.0.0.1/caudal',
  KAFKA_BROKERS: '127.0.0.1:9092',
};

describe('the configuration of the processor', () => {
  it('has defaults for all but the servers', () => {
    const config = loadConfig(REQUIRED);
    assert.partialDeepStrictEqual(config, {
      stepMs: 8_000,
      tickMaxOrders: 500,
      batchMaxOrders: 500,
      retentionDays: 30,
      relays: 4,
      logLevel: 'info',
      drainTimeoutMs: 20_000,
      operations: { host: undefined, port: 9_090 },
    });
    assert.equal(config.orders.settings.topic, 'compra_detalle');
    assert.equal(config.confirmed.settings.topic, 'compra_confirmada');
  });

  it('writes announcements within the time that the database allows a connection to wait', () => {
    assert.equal(loadConfig(REQUIRED).confirmed.settings.requestTimeoutMs, 5_000);
    assert.equal(loadConfig(REQUIRED).orders.settings.requestTimeoutMs, 10_000);
    const quick = loadConfig({ ...REQUIRED, KAFKA_REQUEST_TIMEOUT_MS: '1000' });
    assert.equal(quick.confirmed.settings.requestTimeoutMs, 1_000);
  });

  it('leaves two connections to everything but announcements', () => {
    for (const [size, relays] of [
      ['3', 1],
      ['5', 3],
      ['50', 4],
    ] as const)
      assert.equal(loadConfig({ ...REQUIRED, POSTGRESQL_POOL_SIZE: size }).relays, relays);
    assert.throws(
      () => loadConfig({ ...REQUIRED, POSTGRESQL_POOL_SIZE: '2' }),
      /POSTGRESQL_POOL_SIZE: must be above 2/,
    );
  });

  for (const [name, value] of [
    ['STEP_MS', '0'],
    ['STEP_MS', '86400001'],
    ['STEP_MS', 'soon'],
    ['TICK_MAX_ORDERS', '0'],
    ['TICK_MAX_ORDERS', '10001'],
    ['RETENTION_DAYS', '0'],
    ['RETENTION_DAYS', '0.5'],
  ] as const)
    it(`refuses ${name}=${value}`, () => {
      assert.throws(() => loadConfig({ ...REQUIRED, [name]: value }), new RegExp(`${name}: must be`));
    });

  it('lists the problems of all parts', () => {
    assert.throws(() => loadConfig({ STEP_MS: 'x' }), /STEP_MS: .*KAFKA_BROKERS: .*POSTGRESQL_URL: /s);
  });
});
