import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { DEFAULT_ROLES } from '../../services/orders/src/schema/rights.ts';
import { repository } from '../scripts/paths.ts';
import { secretKeysOf } from './support/doc-tables.ts';
import { ordersTopology } from './support/orders-topology.ts';
import { toggles } from './support/toggles.ts';

const page = readFileSync(join(repository, 'docs', 'kubernetes', 'orders.md'), 'utf8');

describe('the page on the shop', () => {
  it('makes the topics and grants the rights that the chart has on its own Kafka', async () => {
    const { topics, rights } = await ordersTopology();
    const lines = page.split('\n').map((line) => line.replaceAll(/\s+/g, ' '));
    const own = rights.map(([user, type, name, operations]) =>
      ['acl', user, ...operations.map((operation) => `--operation ${operation}`), `--${type} ${name}`].join(
        ' ',
      ),
    );
    const granted = lines
      .filter((line) => line.startsWith('acl '))
      .map((line) =>
        line.replaceAll(/--operation (\w+)/g, (_, word: string) => `--operation ${word.toLowerCase()}`),
      );
    assert.equal(own.length, 10);
    assert.deepEqual(
      granted,
      own.map((line) => line.replaceAll('describe_configs', 'describeconfigs')),
    );
    const made = [...page.matchAll(/^kafka topics --create --topic (\S+) --partitions (\d+) /gm)];
    assert.deepEqual(
      made.map(([, topic, partitions]) => [topic, Number(partitions)]),
      topics.map(({ topic, numPartitions }) => [topic, numPartitions]),
    );
  });

  it('makes the roles that the chart makes', () => {
    const roles = Object.values(DEFAULT_ROLES);
    for (const role of roles)
      assert.ok(page.includes(`\ncreate role ${role} login password 'PASSWORD';\n`), role);
    assert.ok(page.includes(`\ngrant connect on database caudal to ${roles.join(', ')};\n`));
  });

  it('names the keys of its Secrets as the chart reads them', async () => {
    const rows = new Map(
      [...page.matchAll(/^\| `([\w.]+)` +\| (.*) \|$/gm)].map(([, value = '', keys = '']) => [
        value,
        [...keys.matchAll(/`([a-z-]+)`/g)].map(([, key]) => key),
      ]),
    );
    const existing = await secretKeysOf(toggles['orders with existing Secrets'] ?? {});
    const keysOf = (secret: string) =>
      (existing.get(secret) ?? []).filter((key) => key.startsWith('orders-'));
    const three = Object.keys(DEFAULT_ROLES).map((role) => `orders-${role}-password`);
    for (const secret of ['my-kafka', 'my-postgresql'])
      assert.deepEqual(keysOf(secret), [...three].sort(), secret);
    assert.deepEqual(rows.get('externalKafka.sasl.existingSecret'), three);
    const external = await secretKeysOf(toggles['orders on external servers'] ?? {});
    assert.deepEqual(
      [...(rows.get('externalPostgresql.existingSecret') ?? [])].sort(),
      external.get('my-postgresql'),
    );
    assert.deepEqual([...(rows.get('orders.auth.existingSecret') ?? [])].sort(), existing.get('my-orders'));
    assert.deepEqual(
      rows.get('orders.api.apiKeys.existingSecret')?.slice(0, 1),
      existing.get('my-order-keys'),
    );
    assert.equal(rows.size, 7);
  });
});
