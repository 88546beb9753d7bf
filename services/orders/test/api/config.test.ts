import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '@caudal/common/config';
import { parseApiConfig } from '../../src/api/config.ts';

const REQUIRED = {
  KAFKA_BROKERS: 'localhost:9092',
  POSTGRESQL_URL: 'postgresql://user@localhost/caudal',
  ORDER_ID_SECRET: 'x'.repeat(32),
};

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    parseApiConfig(environment);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
  return [];
}

describe('the configuration of the orders API', () => {
  it('has defaults for everything but servers and the secret', () => {
    const config = parseApiConfig(REQUIRED);
    assert.equal(config.http.port, 8082);
    assert.equal(config.log.settings.topic, 'compra_detalle');
    assert.equal(config.defaultEmail, 'cliente@example.com');
    assert.deepEqual(config.catalogue, { file: undefined, rows: 12_000, seed: 1, skipBad: false });
    assert.ok(config.limits.maxBodyBytes < 1_000_000);
    assert.equal(config.limits.maxWatchers, 2_000);
    assert.ok(config.allowedRecipients.test('ana@EXAMPLE.net'));
    assert.ok(!config.allowedRecipients.test('ana@example.net.test'));
  });

  it('lists everything that is missing', () => {
    const problems = problemsOf({});
    for (const name of ['KAFKA_BROKERS', 'POSTGRESQL_URL', 'ORDER_ID_SECRET'])
      assert.ok(
        problems.some((problem) => problem.startsWith(`${name}: is required`)),
        name,
      );
  });

  it('names each bad value', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['ORDER_ID_SECRET', 'short'],
      ['ALLOWED_RECIPIENTS', '('],
      ['DEFAULT_EMAIL', 'person@company.test'],
      ['DEFAULT_EMAIL', 'a@example.com\r\nBcc: b@example.com'],
      ['CATALOGUE_ROWS', '0'],
      ['CATALOGUE_SKIP_BAD', 'yes'],
      ['MAILBOX_URL', 'javascript:alert(1)'],
      ['ORDER_WATCHERS', '0'],
      ['HTTP_PORT', '99999'],
      ['API_KEYS', 'short'],
    ];
    for (const [name, value] of cases) {
      const problems = problemsOf({ ...REQUIRED, [name]: value });
      assert.equal(problems.length, 1, `${name}=${value}`);
      assert.match(problems[0] ?? '', new RegExp(`^${name}: `), `${name}=${value}`);
    }
  });
});
