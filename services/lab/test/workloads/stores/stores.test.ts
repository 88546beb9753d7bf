import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { STORE_NAMES } from '@caudal/common/stores';
import { MESSAGES } from '../../../src/workloads/messages/index.ts';
import { STORES_SYSTEM } from '../../../src/workloads/stores/index.ts';
import { ROW_LANES, STORES } from '../../../src/workloads/stores/lanes.ts';

const servicesOf = (args: readonly string[]) =>
  STORES_SYSTEM.start.parse(args).services.map(({ name, replicas }) => `${name}=${replicas}`);

describe('the system of stores', () => {
  it('has a lane into every store, and needs all their servers', () => {
    assert.deepEqual(STORES.lanes.map(({ store }) => store).sort(), [...STORE_NAMES].sort());
    assert.deepEqual(servicesOf([]), [
      'ingest-api=1',
      'rabbitmq-consumer=2',
      'kafka-consumer=1',
      'kafka-postgresql-consumer=1',
      'kafka-ignite-consumer=1',
      'console=1',
    ]);
    const { servers, setup } = STORES_SYSTEM.start.parse([]);
    assert.deepEqual(servers, ['rabbitmq', 'kafka', 'valkey', 'redis', 'postgresql', 'ignite', 'prometheus']);
    assert.deepEqual(setup, { lanes: 'rabbitmq-valkey,kafka-redis,kafka-postgresql,kafka-ignite' });
    assert.match(
      STORES_SYSTEM.start.usage,
      /^Starts RabbitMQ, Kafka, Valkey, Redis, PostgreSQL, Ignite, Prom/m,
    );
  });

  it('runs the lanes that are named instead', () => {
    assert.deepEqual(STORES_SYSTEM.start.parse(['--lanes', 'rabbitmq-postgresql']).servers, [
      'rabbitmq',
      'postgresql',
      'prometheus',
    ]);
  });

  it('breaks both of its own stores and their connections', () => {
    const { servers, workloadOn } = STORES_SYSTEM.chaos.parse([]);
    for (const { store } of ROW_LANES) assert.ok(servers.includes(store), store);
    const address = (name: string) => [name, { url: `${name}://127.0.0.1:1` }];
    const addresses = Object.fromEntries(STORE_NAMES.map(address));
    const { connections } = workloadOn({ ...addresses, kafka: { brokers: 'k' } } as never);
    assert.deepEqual(
      connections.map(({ name }) => name),
      ['valkey', 'redis', 'postgresql', 'ignite'],
    );
  });

  it('names itself in the commands that it suggests', () => {
    const stack = { url: (service: string) => `http://${service}` } as never;
    const servers = {
      addresses: {
        prometheus: { url: 'http://prometheus' },
        rabbitmq: { managementUrl: 'http://user:secret@127.0.0.1:15672' },
      },
    } as never;
    const lines = STORES_SYSTEM.start.parse([]).nextSteps(stack, servers).split('\n');
    for (const line of [
      '  npm run load -- stores steady --rate 500 --duration 30s',
      '  npm run servers -- kill valkey     its lane pauses, the others continue',
      '  npm run verify -- stores --deep    compares the last load with every store again, key by key',
    ]) {
      assert.ok(lines.includes(line), `${line}\n${lines.join('\n')}`);
    }
  });

  it('turns its lanes and their servers on in a release, and nothing else', () => {
    assert.deepEqual(STORES_SYSTEM.cluster.values, {
      lanes: {
        'kafka-postgresql': { broker: 'kafka', store: 'postgresql' },
        'kafka-ignite': { broker: 'kafka', store: 'ignite' },
      },
      postgresql: { enabled: true },
      ignite: { enabled: true },
    });
    assert.deepEqual(MESSAGES.cluster.values, {});
  });

  it('plants in its own stores only, and the pipeline in its two', () => {
    assert.deepEqual(STORES_SYSTEM.plants.servers, ['kafka', 'postgresql', 'ignite']);
    assert.deepEqual(MESSAGES.plants.servers, ['valkey', 'redis']);
    assert.deepEqual(
      STORES_SYSTEM.plants.faults.map(({ name }) => name),
      ['a lost row', 'a doubled row', 'a count that differs from its rows', 'an offset ahead of its rows'],
    );
  });

  it('refuses a store to bench that keeps no rows, and names those that do', () => {
    assert.deepEqual(STORES_SYSTEM.bench.parse(['--only', 'ignite']).servers, ['kafka', 'ignite']);
    for (const name of ['redis', 'mongo'])
      assert.throws(() => STORES_SYSTEM.bench.parse(['--only', name]), {
        name: 'UsageError',
        message: `--only ${name}: use postgresql, ignite`,
      });
  });
});
