import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeLane, type Lane } from '@caudal/common/lanes';
import { find, type Manifest, names, type RenderOptions, render } from './support/manifests.ts';
import { containerOf, plainEnvironment } from './support/pods.ts';

const added = {
  'rabbitmq-redis': { broker: 'rabbitmq', store: 'redis' },
  'kafka-valkey': { broker: 'kafka', store: 'valkey' },
};
const four: RenderOptions = { values: { lanes: added } };
const lanes: readonly Lane[] = [
  describeLane({ name: 'kafka-redis', broker: 'kafka', store: 'redis' }),
  describeLane({ name: 'kafka-valkey', broker: 'kafka', store: 'valkey' }),
  describeLane({ name: 'rabbitmq-redis', broker: 'rabbitmq', store: 'redis' }),
  describeLane({ name: 'rabbitmq-valkey', broker: 'rabbitmq', store: 'valkey' }),
];

const plain = (manifests: readonly Manifest[], name: string) =>
  plainEnvironment(containerOf(manifests, `Deployment caudal-${name}`));

interface Topology {
  readonly permissions: readonly Record<'user' | 'configure' | 'write' | 'read', string>[];
  readonly exchanges: readonly { readonly name: string; readonly type: string }[];
  readonly queues: readonly {
    readonly name: string;
    readonly arguments: Readonly<Record<string, unknown>>;
  }[];
  readonly bindings: readonly { readonly source: string; readonly destination: string }[];
}

const topologyOf = (manifests: readonly Manifest[]) =>
  JSON.parse(find(manifests, 'ConfigMap', 'caudal-rabbitmq').data?.['topology.json'] ?? '') as Topology;

interface ConsoleLane {
  readonly name: string;
  readonly subscription?: string;
  readonly deadLetters?: string;
  readonly storeKeyPrefix?: string;
  readonly countries?: readonly string[];
}

const consoleLanes = (manifests: readonly Manifest[]) =>
  JSON.parse(plain(manifests, 'console').LANES ?? '') as readonly ConsoleLane[];

describe('four lanes of two brokers and two stores', () => {
  it('have the names that the services give them, each their own', async () => {
    const manifests = await render(four);
    for (const lane of lanes) {
      const environment = plain(manifests, `${lane.name}-consumer`);
      const [subscription, deadLetters] =
        lane.broker === 'kafka'
          ? [environment.KAFKA_GROUP, environment.KAFKA_DEAD_LETTER_TOPIC]
          : [environment.RABBITMQ_QUEUE, environment.RABBITMQ_DEAD_LETTER_QUEUE];
      assert.equal(subscription, lane.subscription, lane.name);
      assert.equal(deadLetters, lane.deadLetters, lane.name);
      assert.equal(environment.STORE_KEY_PREFIX ?? '', lane.keyPrefix, lane.name);
    }
    // The lanes of a broker have one source.
    assert.equal(plain(manifests, 'kafka-valkey-consumer').KAFKA_TOPIC, 'message');
    assert.equal(plain(manifests, 'rabbitmq-redis-consumer').RABBITMQ_EXCHANGE, 'message');
    assert.equal(plain(manifests, 'rabbitmq-valkey-consumer').RABBITMQ_EXCHANGE, undefined);
  });

  it('get everything from one exchange, whose queues ingest requires', async () => {
    const manifests = await render(four);
    const { exchanges, queues, bindings, permissions } = topologyOf(manifests);
    assert.deepEqual(
      exchanges.map(({ name, type }) => `${type} ${name}`),
      ['fanout message', 'fanout message.rabbitmq-redis.dead', 'fanout message.dead'],
    );
    assert.deepEqual(bindings.map(({ source, destination }) => `${source} → ${destination}`).sort(), [
      'message → message',
      'message → message.rabbitmq-redis',
      'message.dead → message.dead',
      'message.rabbitmq-redis.dead → message.rabbitmq-redis.dead',
    ]);
    const exchangeOf = new Map(
      queues.map(({ name, arguments: own }) => [name, own['x-dead-letter-exchange']]),
    );
    assert.equal(exchangeOf.get('message'), 'message.dead');
    assert.equal(exchangeOf.get('message.rabbitmq-redis'), 'message.rabbitmq-redis.dead');
    assert.deepEqual(plain(manifests, 'ingest').RABBITMQ_QUEUES?.split(',').sort(), [
      'message',
      'message.rabbitmq-redis=message.rabbitmq-redis.dead',
    ]);
    const may = (user: string, right: 'configure' | 'write' | 'read', name: string) =>
      new RegExp(permissions.find((one) => one.user === user)?.[right] ?? '').test(name);
    for (const queue of ['message', 'message.rabbitmq-redis']) {
      const dead = `${queue}.dead`;
      assert.ok(may('consumer', 'read', queue) && may('consumer', 'write', dead), queue);
      assert.ok(!may('consumer', 'write', queue) && !may('consumer', 'read', dead), queue);
      assert.ok(may('console', 'read', queue) && may('console', 'read', dead), queue);
      assert.ok(!may('console', 'write', queue) && !may('ingest', 'read', queue), queue);
    }
    assert.ok(may('ingest', 'write', 'message') && !may('ingest', 'write', 'message.rabbitmq-redis'));
    assert.ok(!may('consumer', 'read', 'messages') && !may('consumer', 'read', 'message-rabbitmq-redis'));
  });

  it('have their groups and topics declared in Kafka', async () => {
    const environment = plain(await render(four), 'kafka-topology');
    assert.equal(environment.TOPIC, 'message');
    assert.equal(environment.GROUPS, 'caudal,caudal-kafka-valkey');
    assert.equal(environment.DEAD_LETTER_TOPICS, 'message.dead,message.kafka-valkey.dead');
  });

  it('have the rights to their keys, and a store behind RabbitMQ syncs every write', async () => {
    const manifests = await render(four);
    for (const [store, prefixes] of [
      ['valkey', ['', 'kafka-valkey:']],
      ['redis', ['', 'rabbitmq-redis:']],
    ] as const) {
      const { data = {} } = find(manifests, 'ConfigMap', `caudal-${store}`);
      assert.match(data['store.conf'] ?? '', /^appendfsync always$/m, store);
      for (const user of ['consumer', 'console']) {
        const rule = data['rules.txt']?.split('\n').find((line) => line.startsWith(`${user} `)) ?? '';
        const patterns = rule.split(' ').filter((word) => word.startsWith('~'));
        const keys = ['country_counts', 'total_messages', 'weather_counts', 'offsets', 'seen:*'];
        assert.deepEqual(
          patterns.toSorted(),
          keys.flatMap((key) => prefixes.map((prefix) => `~${prefix}${key}`)).toSorted(),
          `${store} ${user}`,
        );
      }
      assert.match(data['rules.txt'] ?? '', /^admin ~\* &\* /m);
    }
  });

  it('are all seen by the console', async () => {
    const seen = consoleLanes(await render(four));
    assert.deepEqual(
      seen.map(({ name, subscription, deadLetters, storeKeyPrefix }) => [
        name,
        subscription,
        deadLetters,
        storeKeyPrefix,
      ]),
      [
        ['kafka-redis', undefined, undefined, undefined],
        ['kafka-valkey', 'caudal-kafka-valkey', 'message.kafka-valkey.dead', 'kafka-valkey:'],
        ['rabbitmq-redis', 'message.rabbitmq-redis', 'message.rabbitmq-redis.dead', 'rabbitmq-redis:'],
        ['rabbitmq-valkey', undefined, undefined, undefined],
      ],
    );
  });

  it('have policies, budgets, scraping and scaling of their own', async () => {
    const manifests = await render({
      values: {
        lanes: added,
        networkPolicy: { enabled: true },
        consumer: { keda: { enabled: true, maxReplicas: 20 } },
      },
    });
    for (const kind of ['Deployment', 'NetworkPolicy', 'PodDisruptionBudget', 'ScaledObject'])
      assert.deepEqual(
        names(manifests, kind).filter((name) => name.endsWith('-consumer')),
        lanes.map(({ name }) => `caudal-${name}-consumer`),
        kind,
      );
    const most = (lane: string) =>
      find(manifests, 'ScaledObject', `caudal-${lane}-consumer`).spec?.maxReplicaCount;
    assert.deepEqual([most('kafka-valkey'), most('rabbitmq-redis')], [12, 20]);
    const scraped = find(manifests, 'ConfigMap', 'caudal-prometheus').data?.['prometheus.yml'] ?? '';
    for (const { name, broker, store } of lanes) {
      assert.ok(scraped.includes(`caudal-${name}-consumer-ops.`), name);
      const { egress = [] } = find(manifests, 'NetworkPolicy', `caudal-${name}-consumer`).spec as {
        egress?: readonly {
          readonly to?: readonly { podSelector: { matchLabels: Record<string, string> } }[];
        }[];
      };
      assert.deepEqual(
        egress.flatMap(({ to = [] }) =>
          to.map(({ podSelector }) => podSelector.matchLabels['app.kubernetes.io/component']),
        ),
        [broker, store],
        name,
      );
    }
  });
});

describe('a lane', () => {
  it('keeps its names whatever other lanes there are', async () => {
    const alone = await render({
      values: {
        lanes: { 'rabbitmq-valkey': null },
        rabbitmq: { enabled: false },
        valkey: { enabled: false },
      },
    });
    const environment = plain(alone, 'kafka-redis-consumer');
    assert.deepEqual(environment, plain(await render(four), 'kafka-redis-consumer'));
    assert.equal(environment.KAFKA_GROUP, 'caudal');
  });

  it('may be named by values, also by templates', async () => {
    const manifests = await render({
      values: {
        rabbitmq: { queue: 'events' },
        lanes: {
          'kafka-redis': {
            subscription: 'mine',
            deadLetters: '{{ .Release.Name }}.bad',
            storeKeyPrefix: 'a:',
          },
        },
      },
    });
    const kafka = plain(manifests, 'kafka-redis-consumer');
    assert.deepEqual(
      [kafka.KAFKA_GROUP, kafka.KAFKA_DEAD_LETTER_TOPIC, kafka.STORE_KEY_PREFIX],
      ['mine', 'caudal.bad', 'a:'],
    );
    // Ingest and the console look at names that exist.
    for (const name of ['ingest', 'console'])
      assert.equal(plain(manifests, name).KAFKA_DEAD_LETTER_TOPIC, 'caudal.bad', name);
    assert.equal(plain(manifests, 'kafka-topology').DEAD_LETTER_TOPICS, 'caudal.bad');
    const rabbitmq = plain(manifests, 'rabbitmq-valkey-consumer');
    assert.deepEqual([rabbitmq.RABBITMQ_QUEUE, rabbitmq.RABBITMQ_EXCHANGE], ['events', undefined]);
    assert.equal(plain(manifests, 'ingest').RABBITMQ_QUEUES, undefined);
  });

  it('may store the messages of some countries alone', async () => {
    const manifests = await render({
      values: { lanes: { south: { broker: 'kafka', store: 'valkey', countries: ['ES', 'PT'] } } },
    });
    assert.equal(plain(manifests, 'south-consumer').LANE_COUNTRIES, 'ES,PT');
    assert.equal(plain(manifests, 'kafka-redis-consumer').LANE_COUNTRIES, undefined);
    assert.deepEqual(
      consoleLanes(manifests).map(({ name, countries }) => [name, countries]),
      [
        ['kafka-redis', undefined],
        ['rabbitmq-valkey', undefined],
        ['south', ['ES', 'PT']],
      ],
    );
  });
});

describe('a broker', () => {
  it('is needed only where a lane reads it, and ingest then publishes to no other', async () => {
    const manifests = await render({
      values: {
        networkPolicy: { enabled: true },
        lanes: { 'rabbitmq-valkey': null, 'kafka-valkey': added['kafka-valkey'] },
        rabbitmq: { enabled: false },
      },
    });
    assert.ok(!names(manifests, 'StatefulSet').includes('caudal-rabbitmq'));
    for (const name of ['ingest', 'console', 'kafka-valkey-consumer'])
      assert.deepEqual(
        Object.keys(plain(manifests, name)).filter((variable) => variable.startsWith('RABBITMQ_')),
        [],
        name,
      );
    assert.equal(plain(manifests, 'ingest').BROKERS, 'kafka');
    assert.equal(plain(await render(), 'ingest').BROKERS, undefined);
    const other = await render({
      values: { lanes: { 'kafka-redis': null }, kafka: { enabled: false }, redis: { enabled: false } },
    });
    assert.equal(plain(other, 'ingest').BROKERS, 'rabbitmq');
    assert.match(
      find(manifests, 'ConfigMap', 'caudal-valkey').data?.['store.conf'] ?? '',
      /^appendfsync everysec$/m,
    );
  });
});
