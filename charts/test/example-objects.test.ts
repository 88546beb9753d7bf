import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { chart } from '../scripts/paths.ts';
import { find, type Manifest, render } from './support/manifests.ts';

const examples = join(chart, 'examples');

interface KafkaUser {
  readonly authentication: { readonly password: { readonly valueFrom: { secretKeyRef: { key: string } } } };
  readonly authorization: {
    readonly acls: readonly {
      readonly resource: { readonly type: string; readonly name: string; readonly patternType: string };
      readonly operations: readonly string[];
    }[];
  };
}

describe('the objects that operators need', () => {
  const read = (name: string): readonly Manifest[] =>
    parseAllDocuments(readFileSync(join(examples, 'objects', `${name}.yaml`), 'utf8')).map(
      (document) => document.toJS() as Manifest,
    );

  it('of Strimzi give each user the rights that the chart gives on its own Kafka', async () => {
    const objects = read('strimzi');
    const script = find(await render(), 'ConfigMap', 'caudal-kafka-topology').data?.['declare-topology.mjs'];
    const variables: Record<string, string> = {
      TOPIC: 'message',
      DEAD_LETTER_TOPICS: 'message.dead',
      GROUPS: 'caudal',
    };
    const granted = [...(script ?? '').matchAll(/\['(\w+)', (topic|group), (\w+), \[([A-Z_, ]+)\]\]/g)].map(
      ([, user, type, resource = '', operations = '']) =>
        [user, type, variables[resource], ...operations.split(', ').map(capitalized)].join(' '),
    );
    assert.equal(granted.length, 8);
    const users = ['ingest', 'consumer', 'console'];
    const wanted = users.flatMap((user) => {
      const { authentication, authorization } = find(objects, 'KafkaUser', user).spec as unknown as KafkaUser;
      assert.equal(authentication.password.valueFrom.secretKeyRef.key, `${user}-password`);
      return authorization.acls.map(({ resource, operations }) => {
        assert.equal(resource.patternType, 'literal');
        return [user, resource.type, resource.name, ...operations].join(' ');
      });
    });
    assert.deepEqual(wanted.sort(), granted.sort());
    const partitions = find(objects, 'KafkaTopic', 'message').spec?.partitions;
    const values = parse(readFileSync(join(examples, 'strimzi-kafka.yaml'), 'utf8')) as {
      kafka: { partitions: number };
    };
    assert.equal(partitions, values.kafka.partitions);
    assert.equal(find(objects, 'KafkaTopic', 'message.dead').spec?.partitions, 1);
  });

  it('of RabbitMQ declare what the chart declares on its own', async () => {
    const objects = read('rabbitmq-operator');
    const topology = JSON.parse(
      find(await render(), 'ConfigMap', 'caudal-rabbitmq').data?.['topology.json'] ?? '',
    ) as Record<string, readonly Record<string, unknown>[]>;
    const specs = (kind: string) =>
      objects.filter((object) => object.kind === kind).map(({ spec }) => spec ?? {});
    assert.deepEqual(
      specs('Exchange').map(({ name, type, durable }) => ({ name, type, durable })),
      topology.exchanges?.map(({ name, type, durable }) => ({ name, type, durable })),
    );
    assert.deepEqual(
      specs('Queue').map(({ name, type, durable, arguments: own }) => ({
        name,
        durable,
        arguments: { 'x-queue-type': type, ...(own as object) },
      })),
      topology.queues?.map(({ name, durable, arguments: own }) => ({ name, durable, arguments: own })),
    );
    assert.deepEqual(
      specs('Binding').map(({ source, destination }) => [source, destination]),
      topology.bindings?.map(({ source, destination }) => [source, destination]),
    );
    const permissions = new Map(
      specs('Permission').map(({ userReference, permissions: own }) => [
        (userReference as { name: string }).name.replace('caudal-', ''),
        own as Record<string, string>,
      ]),
    );
    for (const { user, configure, write, read: reading } of topology.permissions ?? []) {
      if (user === 'admin') continue;
      assert.deepEqual(permissions.get(String(user)), { configure, write, read: reading }, String(user));
    }
    assert.equal(permissions.size, 3);
  });
});

/** `DESCRIBE_CONFIGS` becomes `DescribeConfigs`. */
const capitalized = (constant: string) =>
  constant
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join('');
