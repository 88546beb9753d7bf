import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '@caudal/common/config';
import { loadMailboxConfig } from '../../src/mailbox/config.ts';

const GIVEN = { MAILBOX_FILE: '/data/mails.jsonl' };

describe('the mailbox’s configuration', () => {
  it('needs a file alone', () => {
    const config = loadMailboxConfig(GIVEN);
    assert.deepEqual(config.file, { path: '/data/mails.jsonl', maxBytes: 4 * 2 ** 30 });
    assert.deepEqual([config.smtp.port, config.http.port], [2525, 8083]);
    assert.deepEqual([config.login, config.tls, config.hasDial], [undefined, undefined, false]);
  });

  it('takes a login and a dial', () => {
    const config = loadMailboxConfig({
      ...GIVEN,
      MAILBOX_USERNAME: 'shop',
      MAILBOX_PASSWORD: 'secret',
      MAILBOX_DIAL: 'on',
    });
    assert.deepEqual(config.login, { username: 'shop', password: 'secret' });
    assert.equal(config.hasDial, true);
  });

  for (const [title, environment, problem] of [
    ['no file', { MAILBOX_FILE: undefined }, /MAILBOX_FILE: is required/],
    ['a user without a password', { MAILBOX_USERNAME: 'shop' }, /MAILBOX_PASSWORD: is required, because/],
    ['a password without a user', { MAILBOX_PASSWORD: 'secret' }, /MAILBOX_USERNAME: is required, because/],
    ['a key without a certificate', { TLS_KEY_FILE: '/no/key' }, /TLS_CERT_FILE: is required, because/],
    [
      'a certificate that is not there',
      { TLS_CERT_FILE: '/no/cert', TLS_KEY_FILE: '/no/key' },
      /TLS_CERT_FILE: cannot be read/,
    ],
    ['a dial that is neither on nor off', { MAILBOX_DIAL: 'maybe' }, /MAILBOX_DIAL/],
    ['a port that is none', { SMTP_PORT: '99999' }, /SMTP_PORT/],
  ] as const) {
    it(`refuses ${title}`, () => {
      assert.throws(
        () => loadMailboxConfig({ ...GIVEN, ...environment }),
        (error) => error instanceof ConfigError && problem.test(error.message),
      );
    });
  }
});
