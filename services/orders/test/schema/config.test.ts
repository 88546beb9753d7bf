import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadSchemaConfig } from '../../src/schema/config.ts';

const POSTGRESQL_URL = 'postgresql://owner@127.0.0.1/caudal';

describe('the configuration of the schema program', () => {
  it('knows the roles of the programs', () => {
    const { settings, roles, logLevel } = loadSchemaConfig({ POSTGRESQL_URL });
    assert.deepEqual(roles, {
      api: 'caudal_orders_api',
      processor: 'caudal_orders_processor',
      notifier: 'caudal_orders_notifier',
    });
    assert.equal(settings.url, POSTGRESQL_URL);
    assert.equal(logLevel, 'info');
  });

  it('takes other roles, in the order api, processor, notifier', () => {
    const { roles } = loadSchemaConfig({ POSTGRESQL_URL, ORDERS_SCHEMA_ROLES: 'a, b,c' });
    assert.deepEqual(roles, { api: 'a', processor: 'b', notifier: 'c' });
  });

  for (const list of ['a', 'a,b', 'a,b,c,d', 'a,b,a', ','])
    it(`refuses the roles '${list}'`, () => {
      assert.throws(
        () => loadSchemaConfig({ POSTGRESQL_URL, ORDERS_SCHEMA_ROLES: list }),
        /ORDERS_SCHEMA_ROLES: must name three roles/,
      );
    });

  it('lists every problem', () => {
    assert.throws(() => loadSchemaConfig({ POSTGRESQL_TIMEOUT_MS: '0', LOG_LEVEL: 'loud' }), {
      message:
        /LOG_LEVEL: .*\n.*POSTGRESQL_URL: is required.*\n.*POSTGRESQL_TIMEOUT_MS: |POSTGRESQL_TIMEOUT_MS/s,
    });
  });
});
