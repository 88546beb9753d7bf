import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { createLogger } from '@caudal/common/logging';
import { createStore } from '@caudal/common/stores';
import { uniqueName, useServers } from '@caudal/common/testing';

const PROGRAM = join(import.meta.dirname, '..', 'src', 'schema.ts');
const servers = useServers('postgresql');

async function run(environment: Record<string, string>) {
  const program = spawn(process.execPath, [PROGRAM], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors, [code]] = await Promise.all([
    text(program.stdout),
    text(program.stderr),
    once(program, 'exit') as Promise<[number]>,
  ]);
  return { code, output, errors };
}

describe('the schema program', () => {
  it('makes the schema with the owner’s rights, so that others need few, and may run again', async () => {
    const { url, consumerUrl, consoleUrl } = servers().addresses.postgresql;
    const keyPrefix = `${uniqueName()}:`;
    const environment = {
      STORE_URL: url,
      STORE_KEY_PREFIX: keyPrefix,
      STORE_SCHEMA_WRITERS: 'caudal_consumer',
      STORE_SCHEMA_READERS: 'caudal_console',
    };
    const storeOf = (own: string) =>
      createStore(
        'postgresql',
        { clientName: 'test', url: own, ca: undefined, keyPrefix, commandTimeoutMs: 5_000, schema: 'check' },
        createLogger('test', 'silent'),
      );
    const [consumer, console] = [await storeOf(consumerUrl), await storeOf(consoleUrl)];
    const connected = Promise.all([consumer.connect(), console.connect()]);
    const runs = await Promise.all([run(environment), run(environment)]);
    for (const { code, errors } of runs) assert.deepEqual([code, errors], [0, '']);
    assert.equal(runs.filter(({ output }) => output.includes('"applied":["0001-messages.sql"]')).length, 1);
    await connected;
    const envelope = {
      description: '',
      country: 'ES',
      weather: '',
      producer: 'p',
      sequence: 0,
      acceptedAt: 1,
    };
    await consumer.apply({ envelopes: [envelope], positions: [] });
    assert.equal((await console.totals()).total, 1);
    await assert.rejects(console.apply({ envelopes: [envelope], positions: [] }), /permission denied/);
    assert.equal((await run(environment)).code, 0);
    await Promise.all([consumer.close(), console.close()]);
  });

  it('fails for a role that does not exist, and names it', async () => {
    const { url } = servers().addresses.postgresql;
    const { code, errors } = await run({
      STORE_URL: url,
      STORE_KEY_PREFIX: `${uniqueName()}:`,
      STORE_SCHEMA_WRITERS: 'no_one',
    });
    assert.equal(code, 1);
    assert.match(errors, /role "no_one" does not exist/);
  });

  it('fails without its configuration before it connects', async () => {
    const { code, errors } = await run({ STORE_URL: 'postgresql://owner@127.0.0.1:1/' });
    assert.equal(code, 1);
    assert.match(errors, /STORE_URL: names no database/);
  });
});
