import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { useServers } from '@caudal/common/testing';
import { Redis } from 'ioredis';
import { type Stack, startStack } from '../../src/stack/stack.ts';
import { CONSOLE, INGEST, messagesServices } from '../../src/workloads/messages/services.ts';
import { identityOf, ledgerRequests, readLedger } from '../../src/workloads/messages/verify/ledger.ts';
import { storeRecordOf } from '../../src/workloads/messages/verify/store-record.ts';
import { runCommand } from '../support/run-command.ts';
import { uniqueNames } from '../support/unique-names.ts';

const servers = useServers('rabbitmq', 'kafka', 'valkey', 'redis');

describe('npm run load, and npm run verify after it', () => {
  const names = uniqueNames('load');
  let directory: string;
  let stack: Stack;
  let redis: Redis;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-load-'));
    const { addresses } = servers();
    stack = await startStack({
      addresses,
      services: messagesServices({ names }),
      stateDirectory: join(directory, 'stack'),
      onEvent: () => undefined,
    });
    redis = new Redis(addresses.redis.url);
  });
  after(async () => {
    redis.disconnect();
    await stack.stop();
    await rm(directory, { recursive: true });
  });

  const verify = (...args: string[]) =>
    runCommand(
      'verify',
      [
        ...['--console-url', stack.url(CONSOLE)],
        ...['--store', `rabbitmq-valkey=${servers().addresses.valkey.url}`],
        ...['--store', `kafka-redis=${servers().addresses.redis.url}`],
        ...['--key-prefix', names.storeKeyPrefix],
        ...args,
      ],
      directory,
    );

  it('exits with 0 when the account is exact, and every key is in both stores', async () => {
    const load = await runCommand(
      'load',
      ['seed', '--messages', '330', '--users', '5', '--batch', '7', '--base-url', stack.url(INGEST)].concat([
        '--console-url',
        stack.url(CONSOLE),
      ]),
      directory,
    );
    assert.equal(load.status, 0, load.stdout + load.stderr);
    assert.match(load.stdout, /\nexact: every accepted message is in every store, once\n/);
    const { status, stdout, stderr } = await verify('--deep');
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /\nexact: every accepted message is in every store, once\n/);
    for (const lane of ['rabbitmq-valkey', 'kafka-redis']) {
      assert.ok(stdout.includes(`${lane}: 48 keys checked, 0 messages missing`), stdout);
    }
  });

  it('finds a message counted under another weather', async () => {
    const counts = `${names.storeKeyPrefix}weather_counts`;
    const [one = '', other = ''] = Object.keys(await redis.hgetall(counts));
    await redis.multi().hincrby(counts, one, -1).hincrby(counts, other, 1).exec();
    const deep = await verify('--deep');
    assert.equal(deep.status, 1, deep.stdout);
    assert.match(deep.stdout, /kafka-redis: 1 message counted under a wrong weather\n/);
    await redis.multi().hincrby(counts, one, 1).hincrby(counts, other, -1).exec();
    assert.equal((await verify('--deep')).status, 0);
  });

  it('finds a loss hidden by a message from another sender by its key, and by nothing else', async () => {
    const [id = ''] = await readdir(join(directory, 'results'));
    const ledger = readLedger(join(directory, 'results', id, 'account.json'));
    const request = [...ledgerRequests(ledger)][5];
    assert.ok(request);
    const { key } = request;
    const { bitmap } = storeRecordOf(identityOf(request, undefined), names.storeKeyPrefix);
    assert.equal(await redis.setbit(bitmap, 3, 0), 1);
    await redis.setbit(`${names.storeKeyPrefix}seen:k:of-another-sender`, 0, 1);
    const shallow = await verify();
    assert.equal(shallow.status, 0, shallow.stdout);
    const deep = await verify('--deep');
    assert.equal(deep.status, 1, deep.stdout);
    assert.match(deep.stdout, /\nNOT exact: lost 1, doubled 0\n/);
    assert.match(deep.stdout, /kafka-redis: 1 lost, [A-Z]{2}\n/);
    assert.ok(deep.stdout.includes(`kafka-redis: missing ${key} [3], `), deep.stdout);
    assert.match(deep.stdout, /rabbitmq-valkey: 48 keys checked, 0 messages missing/);
  });

  it('names the store that --deep was not given', async () => {
    const { status, stderr } = await runCommand(
      'verify',
      ['--deep', '--console-url', stack.url(CONSOLE), '--store', 'kafka-redis=redis://127.0.0.1:1'],
      directory,
    );
    assert.equal(status, 1);
    assert.match(stderr, /--deep: set --store rabbitmq-valkey=URL of its store\n$/);
  });
});
