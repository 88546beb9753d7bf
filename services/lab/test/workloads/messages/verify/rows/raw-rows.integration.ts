import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLogger } from '@caudal/common/logging';
import type { Envelope } from '@caudal/common/message';
import { createStore, type StoreName } from '@caudal/common/stores';
import { createPostgresqlSchema } from '@caudal/common/stores/postgresql';
import { uniqueName, useServers } from '@caudal/common/testing';
import type { RawRows, StoredRow } from '../../../../../src/workloads/messages/verify/rows/stored-row.ts';
import { withRows } from '../../../../../src/workloads/messages/verify/rows/with-rows.ts';

const servers = useServers('postgresql', 'ignite');
const logger = createLogger('test', 'error');

const ENVELOPES: readonly Envelope[] = [
  {
    key: 'a-key',
    sequence: 0,
    country: 'ES',
    weather: 'soleado',
    description: 'día 🌞',
    acceptedAt: 1_700_000_000_123,
  },
  {
    producer: 'p',
    sequence: 7,
    country: 'MX',
    weather: 'hail',
    description: "it's",
    acceptedAt: 1_700_000_000_456,
  },
];
const ROWS: readonly StoredRow[] = ENVELOPES.map(({ key, producer, ...rest }) => ({
  scope: key === undefined ? `p:${producer}` : `k:${key}`,
  ...rest,
}));

const settingsOf = (url: string, keyPrefix: string) => ({
  clientName: 'test',
  url,
  ca: undefined,
  keyPrefix,
  commandTimeoutMs: 10_000,
});

async function rowsIn(raw: RawRows): Promise<StoredRow[]> {
  const rows: StoredRow[] = [];
  for await (const row of raw.rows()) rows.push(row);
  return rows.sort((left, right) => left.scope.localeCompare(right.scope));
}

for (const name of ['postgresql', 'ignite'] as const satisfies readonly StoreName[]) {
  describe(`the witness of ${name}`, () => {
    it('reads what the store has written, and changes it', async () => {
      const { url } = servers().addresses[name];
      const keyPrefix = `${uniqueName('witness')}:`;
      const store = await createStore(name, settingsOf(url, keyPrefix), logger);
      await store.connect();
      await store.apply({ envelopes: ENVELOPES, positions: [{ source: 't:0', expected: null, next: 2 }] });
      await store.noteAttempt('t:0', 'an attempt');
      await withRows({ url, keyPrefix }, async (raw) => {
        assert.deepEqual(await rowsIn(raw), ROWS);
        assert.deepEqual(await raw.counts(), {
          byCountry: { ES: 1, MX: 1 },
          byWeather: { sunny: 1, snowy: 1 },
          expired: 0,
        });
        assert.deepEqual([...(await raw.positions())], [['t:0', 2]]);

        const [first, second] = ROWS as [StoredRow, StoredRow];
        await raw.remove(first);
        await assert.rejects(raw.remove(first), /k:a-key:0 has /);
        await raw.insert({ ...second, scope: 'k:other' });
        assert.deepEqual(await rowsIn(raw), [{ ...second, scope: 'k:other' }, second]);
        await raw.addToCounts('ES', 'sunny', 2);
        assert.deepEqual((await raw.counts()).byCountry, { ES: 3, MX: 1 });
        await raw.setPosition('t:0', 9);
        assert.deepEqual(await store.positions(['t:0']), new Map([['t:0', 9]]));
        assert.equal((await store.totals()).byCountry.ES, 3);

        await raw.clear();
        assert.deepEqual(await rowsIn(raw), []);
        assert.deepEqual(await store.positions(['t:0']), new Map([['t:0', null]]));
      });
      await store.close();
      await withRows({ url, keyPrefix }, (raw) => raw.drop());
      await assert.rejects(
        withRows({ url, keyPrefix }, (raw) => raw.counts()),
        /does not exist|[Cc]ache/,
      );
    });
  });
}

describe('the witness of postgresql as the console', () => {
  it('reads rows without what they say', async () => {
    const { url, consoleUrl } = servers().addresses.postgresql;
    const keyPrefix = `${uniqueName('witness')}:`;
    const settings = settingsOf(url, keyPrefix);
    await createPostgresqlSchema(settings, { writers: [], readers: ['caudal_console'] }, logger);
    const store = await createStore('postgresql', settings, logger);
    await store.connect();
    await store.apply({ envelopes: ENVELOPES, positions: [] });
    await store.close();
    await withRows({ url: consoleUrl, keyPrefix }, async (raw) => {
      assert.deepEqual(
        await rowsIn(raw),
        ROWS.map((row, index) => ({ ...row, description: null, weather: ['sunny', 'snowy'][index] })),
      );
      assert.deepEqual((await raw.counts()).byCountry, { ES: 1, MX: 1 });
    });
    await withRows({ url, keyPrefix }, (raw) => raw.drop());
  });
});
