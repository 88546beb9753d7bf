import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { igniteSettings } from '../../../src/stores/ignite/ignite-settings.ts';

const read = (url: string, ca?: string) =>
  igniteSettings({ clientName: 'test', url, ca, keyPrefix: '', commandTimeoutMs: 7 });

describe('settings of Ignite', () => {
  it('come from the URL', () => {
    assert.deepEqual(read('ignite://us%40er:pass%2Fword@host:1234?backups=2'), {
      connection: {
        host: 'host',
        port: 1234,
        tls: undefined,
        credentials: { user: 'us@er', password: 'pass/word' },
        timeoutMs: 7,
      },
      backups: 2,
    });
  });

  it('have defaults: the usual port, one backup, no user', () => {
    const { connection, backups } = read('ignite://[::1]');
    assert.deepEqual(
      [connection.host, connection.port, connection.credentials, backups],
      ['::1', 10_800, undefined, 1],
    );
  });

  it('ask for TLS by the scheme', () => {
    assert.deepEqual(read('ignites://host', 'a CA').connection.tls, { ca: 'a CA' });
    assert.deepEqual(read('ignites://host').connection.tls, { ca: undefined });
  });

  it('refuse a parameter that they do not have, or a number of backups that is none', () => {
    assert.throws(() => read('ignite://host?backup=1'), {
      code: 'CONFIG_INVALID',
      message: "the URL of Ignite has the parameter 'backup': only backups is known",
    });
    for (const backups of ['', '-1', '8', 'two'])
      assert.throws(() => read(`ignite://host?backups=${backups}`), /use a number from 0 to 7/);
  });
});
