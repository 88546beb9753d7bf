import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { generate } from 'selfsigned';
import { openBed, type PostgresqlBed, warningsOf } from '../stores/postgresql/postgresql-bed.ts';
import { eventually, useServers } from '../support/index.ts';

const servers = useServers('postgresql');

describe('postgresql over TLS', () => {
  let bed: PostgresqlBed;
  let certificate: string;
  before(async () => {
    bed = await openBed(servers());
    const made = await generate([{ name: 'commonName', value: 'localhost' }], {
      keySize: 2048,
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
    });
    certificate = made.cert;
    for (const [name, content] of [
      ['server.crt', made.cert],
      ['server.key', made.private],
    ])
      await servers().execute('postgresql', [
        'sh',
        '-c',
        `umask 077; printf %s '${content}' > "$PGDATA/${name}"`,
      ]);
    await bed.admin.query('alter system set ssl = on');
    await bed.admin.query('select pg_reload_conf()');
    await eventually(
      () => bed.admin.query<{ ssl: string }>('show ssl'),
      ({ rows }) => rows[0]?.ssl === 'on',
    );
  });
  after(() => bed.close());

  const urlOf = (host: string): string => {
    const url = new URL(servers().addresses.postgresql.url);
    url.hostname = host;
    return url.href;
  };

  it('encrypts if it is given the CA', async () => {
    const store = await bed.open({ url: urlOf('localhost'), ca: certificate, clientName: 'encrypted' });
    await store.totals();
    const { rows } = await bed.admin.query(
      `select distinct ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'encrypted'`,
    );
    assert.deepEqual(rows, [{ ssl: true }]);
  });

  for (const [title, settings, reason] of [
    [
      'a CA it does not know',
      () => ({ url: `${urlOf('localhost')}?sslmode=require` }),
      /self-signed certificate/,
    ],
    [
      'the certificate of another host',
      () => ({ url: urlOf('127.0.0.1'), ca: certificate }),
      /does not match certificate/,
    ],
  ] as const) {
    it(`refuses ${title}, and waits`, async () => {
      const { logger, reasons } = warningsOf();
      const store = await bed.create(settings(), logger);
      const connected = assert.rejects(store.connect());
      await eventually(
        () => reasons.length,
        (lines) => lines > 0,
      );
      assert.match(reasons[0] as string, reason);
      assert.equal(store.isReady(), false);
      await store.close();
      await connected;
    });
  }
});
