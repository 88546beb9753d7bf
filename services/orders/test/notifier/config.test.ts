import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '@caudal/common/config';
import { loadNotifierConfig } from '../../src/notifier/config.ts';

const GIVEN = {
  KAFKA_BROKERS: 'kafka:9092',
  POSTGRESQL_URL: 'postgresql://caudal_orders_notifier:x@postgresql/caudal',
  SMTP_HOST: 'mail.example.com',
  MAIL_FROM: 'shop@example.com',
  PUBLIC_URL: 'https://shop.example.com/es/',
};

describe('the notifier’s configuration', () => {
  it('has defaults for all but addresses', () => {
    const config = loadNotifierConfig(GIVEN);
    assert.deepEqual(config.smtp, {
      host: 'mail.example.com',
      port: 25,
      security: 'none',
      login: undefined,
      ca: undefined,
      timeoutMs: 10_000,
      from: 'shop@example.com',
    });
    assert.deepEqual(config.mail, { from: 'shop@example.com', publicUrl: 'https://shop.example.com/es' });
    assert.deepEqual(config.lease, { leaseMs: 30_000, sendMs: 11_000 });
    assert.deepEqual(
      [config.topic.settings.topic, config.topic.settings.group],
      ['compra_confirmada', 'caudal-orders-notifier'],
    );
    assert.deepEqual([config.connections, config.perRecipientPerMinute, config.maxAttempts], [4, 300, 8]);
  });

  it('lists every problem', () => {
    assert.throws(
      () => loadNotifierConfig({}),
      (error) =>
        error instanceof ConfigError &&
        ['KAFKA_BROKERS', 'POSTGRESQL_URL', 'SMTP_HOST', 'MAIL_FROM', 'PUBLIC_URL'].every((name) =>
          error.message.includes(name),
        ),
    );
  });

  for (const [title, environment, problem] of [
    ['a sender with a name', { MAIL_FROM: 'Shop <shop@example.com>' }, /MAIL_FROM/],
    ['a sender that ends a header', { MAIL_FROM: 'shop@example.com\r\nBcc: x@example.com' }, /MAIL_FROM/],
    ['a sender without a domain', { MAIL_FROM: 'shop' }, /MAIL_FROM/],
    ['a sender that is not in ASCII', { MAIL_FROM: 'tiendañ@example.com' }, /MAIL_FROM/],
    ['a URL that is none', { PUBLIC_URL: 'shop.example.com' }, /PUBLIC_URL/],
    ['an unknown security', { SMTP_SECURITY: 'ssl' }, /SMTP_SECURITY/],
    ['a user without a password', { SMTP_USERNAME: 'shop' }, /SMTP_PASSWORD: is required, because/],
    ['a password without a user', { SMTP_PASSWORD: 'x' }, /SMTP_USERNAME: is required, because/],
    ['a CA that is not there', { SMTP_CA_FILE: '/no/ca' }, /SMTP_CA_FILE: cannot be read/],
    [
      'a lease that ends before an attempt does',
      { MAIL_LEASE_MS: '11999' },
      /MAIL_LEASE_MS: must be at least/,
    ],
    ['a limit below 0', { MAILS_PER_RECIPIENT_PER_MINUTE: '-1' }, /MAILS_PER_RECIPIENT/],
    ['no attempts', { MAIL_MAX_ATTEMPTS: '0' }, /MAIL_MAX_ATTEMPTS/],
  ] as const) {
    it(`refuses ${title}`, () => {
      assert.throws(
        () => loadNotifierConfig({ ...GIVEN, ...environment }),
        (error) => error instanceof ConfigError && problem.test(error.message),
      );
    });
  }
});
