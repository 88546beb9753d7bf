import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { chart } from '../scripts/paths.ts';
import { type RenderOptions, refusal, render } from './support/manifests.ts';
import { filmsOn, mailServer, ordersOn, storesOn } from './support/toggles.ts';

/** Values that cannot work, by a part of what the chart says about them; one for each `fail` in the templates. */
const failures: readonly (readonly [string, RenderOptions])[] = [
  [
    'at most 28 fit: choose a shorter one or set fullnameOverride',
    { release: 'a-release-name-that-is-too-long' },
  ],
  [
    "images.caudal.repository is empty, and Caudal's image is not published: build it (docker build -t REGISTRY/caudal:0.1.0 .)",
    { ownImage: false },
  ],
  [
    '"my.release" cannot begin the name of a Service, which starts with a letter and has letters, digits and hyphens',
    { release: 'my.release' },
  ],
  ['there is no lane: keep one', { values: { lanes: { 'rabbitmq-valkey': null, 'kafka-redis': null } } }],
  ['RabbitMQ is needed: set rabbitmq.enabled=true or', { values: { rabbitmq: { enabled: false } } }],
  [
    'kafka.persistence.existingClaim is one volume, and kafka.replicas=3 need as many: leave it empty',
    { values: { kafka: { replicas: 3, persistence: { existingClaim: 'mine' } } } },
  ],
  [
    'redis.persistence.existingClaim is set and persistence is off: set',
    { values: { redis: { persistence: { enabled: false, existingClaim: 'mine' } } } },
  ],
  ['there are two RabbitMQs: set', { values: { externalRabbitmq: { url: 'amqp://mq.example.com' } } }],
  [
    'externalKafka.sasl.mechanism needs passwords: set externalKafka.sasl.existingSecret, or secret of console under externalKafka.sasl.passwords',
    {
      values: {
        kafka: { enabled: false },
        externalKafka: {
          brokers: ['k.example.com:9092'],
          sasl: { mechanism: 'plain', passwords: { ingest: { secret: 'a' }, consumer: { secret: 'b' } } },
        },
      },
    },
  ],
  [
    'lanes "again" and "kafka-redis" both read caudal of kafka, which gives each message to one of them: set another lanes.kafka-redis.subscription, or leave it empty',
    { values: { lanes: { again: { broker: 'kafka', store: 'valkey', subscription: 'caudal' } } } },
  ],
  [
    'lanes "again" and "rabbitmq-valkey" both have the dead letters message.dead: set another lanes.rabbitmq-valkey.deadLetters',
    { values: { lanes: { again: { broker: 'rabbitmq', store: 'redis', deadLetters: 'message.dead' } } } },
  ],
  [
    'lanes "again" and "rabbitmq-valkey" both count in valkey under the prefix "": set another lanes.rabbitmq-valkey.storeKeyPrefix',
    { values: { lanes: { again: { broker: 'kafka', store: 'valkey', storeKeyPrefix: '' } } } },
  ],
  [
    'lanes.again.storeKeyPrefix="Again:" cannot name a schema of PostgreSQL: use at most 56 lower-case letters, digits and hyphens, or null',
    {
      values: {
        lanes: { again: { broker: 'kafka', store: 'postgresql', storeKeyPrefix: 'Again:' } },
        postgresql: { enabled: true },
      },
    },
  ],
  [
    'externalPostgresql.caSecret is for TLS, and the URL says sslmode=disable: write sslmode=verify-full, or leave caSecret empty',
    {
      values: {
        lanes: { again: { broker: 'kafka', store: 'postgresql' } },
        externalPostgresql: {
          url: 'postgresql://p.example.com/app?sslmode=disable',
          existingSecret: 'mine',
          caSecret: 'ca',
        },
      },
    },
  ],
  [
    'lanes.again.deadLetters=message would be read as messages: set another name, or leave it empty',
    { values: { lanes: { again: { broker: 'kafka', store: 'valkey', deadLetters: 'message' } } } },
  ],
  [
    'lanes.again.subscription="a b" is not a name that brokers take: use letters, digits and . _ -',
    { values: { lanes: { again: { broker: 'kafka', store: 'valkey', subscription: 'a b' } } } },
  ],
  [
    'lanes.again.countries: "es" is not an ISO 3166-1 alpha-2 code: write two capital letters, such as ES',
    { values: { lanes: { again: { broker: 'kafka', store: 'valkey', countries: ['FR', 'es'] } } } },
  ],
  [
    'lanes.again.countries names a country twice: FR, FR',
    { values: { lanes: { again: { broker: 'kafka', store: 'valkey', countries: ['FR', 'FR'] } } } },
  ],
  ['stores in redis: set redis.enabled=true or externalRedis.url', { values: { redis: { enabled: false } } }],
  ['there are two stores for lane', { values: { externalValkey: { url: 'redis://v.example.com' } } }],
  [
    'would lose messages that RabbitMQ has seen acknowledged',
    { values: { valkey: { appendfsync: 'everysec' } } },
  ],
  [
    'lane "kafka-redis" has keyRetentionHours=96, so keep at most 72 hours, or raise consumer.keyRetentionHours',
    { values: { kafka: { retentionHours: 73 } } },
  ],
  [
    'has replicas and keda.enabled: leave replicas null',
    { values: { consumer: { replicas: 2, keda: { enabled: true } } } },
  ],
  [
    'which reads the backlog that the console exports to Prometheus: set',
    { values: { consumer: { keda: { enabled: true } }, services: { console: { enabled: false } } } },
  ],
  [
    'has keda.minReplicas above keda.maxReplicas',
    { values: { consumer: { keda: { enabled: true, minReplicas: 9, maxReplicas: 2 } } } },
  ],
  [
    'has keda.minReplicas above the 3 partitions of its topic',
    {
      values: {
        kafka: { partitions: 3 },
        lanes: { 'kafka-redis': { keda: { enabled: true, minReplicas: 4 } } },
      },
    },
  ],
  [
    'no lane stores in redis: set redis.enabled=false or give it a lane',
    { values: { lanes: { 'kafka-redis': null }, kafka: { enabled: false } } },
  ],
  ['kafka.replicationFactor=3 needs as many brokers', { values: { kafka: { replicationFactor: 3 } } }],
  ['is above the replication factor of 1: nothing could be', { values: { kafka: { minInsyncReplicas: 2 } } }],
  [
    'services.ingest has replicas and autoscaling.enabled: leave',
    { values: { services: { ingest: { replicas: 2, autoscaling: { enabled: true } } } } },
  ],
  [
    'services.ingest.autoscaling has minReplicas above maxReplicas',
    { values: { services: { ingest: { autoscaling: { minReplicas: 9 } } } } },
  ],
  [
    'externalValkey.usernames is set without passwords: set externalValkey.existingSecret',
    {
      presets: ['external'],
      values: { externalValkey: { usernames: { console: 'me' }, existingSecret: '' } },
    },
  ],
  [
    'externalKafka.sasl.usernames is set without a mechanism: set externalKafka.sasl.mechanism',
    {
      values: {
        kafka: { enabled: false },
        externalKafka: { brokers: ['k.example.com:9092'], sasl: { usernames: { ingest: 'me' } } },
      },
    },
  ],
  [
    'externalRabbitmq.caSecret is for TLS, and the URL starts with amqp://: write amqps://',
    { presets: ['external'], values: { externalRabbitmq: { url: 'amqp://mq.example.com' } } },
  ],
  [
    'externalKafka.tls.caSecret is for TLS: set externalKafka.tls.enabled=true',
    { presets: ['external'], values: { externalKafka: { tls: { enabled: false } } } },
  ],
  [
    'rabbitmq.memoryHighWatermark=512MiB is not below the memory limit of 512Mi: lower it',
    { values: { rabbitmq: { memoryHighWatermark: '512MiB' } } },
  ],
  ['is part of drainTimeoutMs: make it smaller', { values: { drainTimeoutMs: 2000 } }],
  ['there are two Prometheuses: set', { values: { externalPrometheus: { url: 'http://p.example.com' } } }],
  ['Grafana has nothing to show: set', { values: { prometheus: { enabled: false } } }],
  [
    'httpRoute.enabled needs a Gateway: set httpRoute.parentRefs',
    { values: { httpRoute: { enabled: true } } },
  ],
  [
    'postgresql.replica.promoted=2 is none of the 2 replicas, which are counted from 0',
    { values: { ...storesOn, postgresql: { enabled: true, readReplicas: 2, replica: { promoted: 2 } } } },
  ],
  [
    'postgresql.sharedBuffers=256Mi is not below the memory limit of 256Mi: lower it, or raise postgresql.replica.resources.limits.memory',
    {
      values: {
        ...storesOn,
        postgresql: {
          enabled: true,
          sharedBuffers: '256Mi',
          readReplicas: 1,
          replica: { resources: { limits: { memory: '256Mi' } } },
        },
      },
    },
  ],
  [
    'postgresql.replica.keepWal=4Gi would fill the volume of the server, of 4Gi: lower it, or raise postgresql.persistence.size',
    { values: { ...storesOn, postgresql: { enabled: true, readReplicas: 1, replica: { keepWal: '4Gi' } } } },
  ],
  [
    'films are kept in PostgreSQL: set postgresql.enabled=true or externalPostgresql.url',
    { values: { films: filmsOn.films } },
  ],
  [
    'there are two PostgreSQLs for films: set postgresql.enabled=false to use externalPostgresql.url',
    { values: { ...filmsOn, externalPostgresql: { url: 'postgresql://p/app', existingSecret: 'mine' } } },
  ],
  [
    'films are read from replicas: set postgresql.readReplicas=2, or films.primaryOnly=true to read from the primary alone',
    { values: { films: filmsOn.films, postgresql: { enabled: true } } },
  ],
  [
    'films.primaryOnly=true reads from the primary, and films.primaryReads=false does not let it answer',
    { values: { ...filmsOn, films: { enabled: true, primaryOnly: true, primaryReads: false } } },
  ],
  [
    'films.api.preStopDelayMs is part of drainTimeoutMs: make it smaller',
    { values: { ...filmsOn, films: { enabled: true, api: { preStopDelayMs: 20_000 } } } },
  ],
  [
    'loadtest.scenario=films-ramp searches films, which are off: set films.enabled=true or choose another scenario',
    { values: { loadtest: { scenario: 'films-ramp' } } },
  ],
  [
    'ingress.routes names films-api, which is off: set films.enabled=true or remove the route',
    { values: { ingress: { enabled: true, routes: [{ path: '/', service: 'films-api' }] } } },
  ],
  [
    'orders are kept in PostgreSQL: set postgresql.enabled=true or externalPostgresql.url',
    { values: { orders: ordersOn.orders } },
  ],
  [
    'there are two PostgreSQLs for orders: set postgresql.enabled=false to use externalPostgresql.url',
    {
      values: {
        ...ordersOn,
        externalPostgresql: { url: 'postgresql://p.example.com/app', existingSecret: 'mine' },
      },
    },
  ],
  [
    'orders have no mail server: set orders.mailbox.enabled=true to receive their mails in this release, or orders.smtp.host and orders.smtp.from',
    { values: { ...ordersOn, orders: { enabled: true } } },
  ],
  [
    'there are two mail servers for orders: set orders.mailbox.enabled=false to use orders.smtp.host',
    { values: { ...ordersOn, orders: { ...ordersOn.orders, smtp: mailServer } } },
  ],
  [
    'orders.smtp.host sends mails to people: set orders.smtp.from to an address',
    { values: { ...ordersOn, orders: { enabled: true, smtp: { host: 'smtp.example.org' } } } },
  ],
  [
    'orders.smtp.username and orders.smtp.existingSecret belong together: set both, or neither',
    { values: { ...ordersOn, orders: { enabled: true, smtp: { ...mailServer, existingSecret: '' } } } },
  ],
  [
    'orders.smtp.caSecret is for TLS: set orders.smtp.security=starttls or tls, or leave it empty',
    {
      values: {
        ...ordersOn,
        orders: { enabled: true, smtp: { ...mailServer, security: 'none', caSecret: 'ca' } },
      },
    },
  ],
  [
    'orders.api.preStopDelayMs is part of drainTimeoutMs: make it smaller',
    { values: { ...ordersOn, orders: { ...ordersOn.orders, api: { preStopDelayMs: 20_000 } } } },
  ],
  [
    'orders.mailbox.persistence.existingClaim is set and persistence is off: set',
    {
      values: {
        ...ordersOn,
        orders: {
          enabled: true,
          mailbox: { enabled: true, persistence: { enabled: false, existingClaim: 'mine' } },
        },
      },
    },
  ],
  [
    'loadtest.scenario=orders-burst places orders, which are off: set orders.enabled=true or choose another scenario',
    { values: { loadtest: { scenario: 'orders-burst' } } },
  ],
  [
    'ingress.routes names orders-api, which is off: set orders.enabled=true or remove the route',
    { values: { ingress: { enabled: true, routes: [{ path: '/', service: 'orders-api' }] } } },
  ],
  [
    'ingress.routes names orders-mailbox, which is off: set orders.enabled=true and orders.mailbox.enabled=true, or remove the route',
    {
      values: {
        ...ordersOn,
        orders: { enabled: true, smtp: mailServer },
        ingress: { enabled: true, routes: [{ path: '/', service: 'orders-mailbox' }] },
      },
    },
  ],
  [
    'ingress.routes names grafana, which is off: set',
    {
      values: {
        grafana: { enabled: false },
        ingress: { enabled: true, routes: [{ path: '/', service: 'grafana' }] },
      },
    },
  ],
  [
    'httpRoute.routes names console, which is off: set',
    {
      values: {
        services: { console: { enabled: false } },
        httpRoute: {
          enabled: true,
          parentRefs: [{ name: 'g' }],
          routes: [{ path: '/', service: 'console' }],
        },
      },
    },
  ],
];

describe('values that cannot work', () => {
  for (const [message, options] of failures) {
    it(`are refused: ${message}`, async () => {
      const said = await refusal(options);
      assert.ok(said.includes(message), said);
    });
  }

  it('are refused for every broker', async () => {
    for (const [message, values] of [
      ['Kafka is needed: set kafka.enabled=true or externalKafka.brokers', { kafka: { enabled: false } }],
      [
        'there are two Kafkas: set kafka.enabled=false to use externalKafka.brokers',
        { externalKafka: { brokers: ['k.example.com:9092'] } },
      ],
      [
        'no lane reads kafka: set kafka.enabled=false or give it a lane',
        { lanes: { 'kafka-redis': null }, redis: { enabled: false } },
      ],
    ] as const) {
      const said = await refusal({ values });
      assert.ok(said.includes(message), said);
    }
  });

  it('are refused for what orders need as for what lanes need', async () => {
    const external = { ...ordersOn, postgresql: {}, externalPostgresql: { url: 'postgresql://p/app' } };
    for (const [message, values] of [
      [
        'Kafka is needed: set kafka.enabled=true or externalKafka.brokers',
        { ...ordersOn, lanes: { 'kafka-redis': null }, redis: { enabled: false }, kafka: { enabled: false } },
      ],
      [
        'externalPostgresql.usernames is set without passwords: set externalPostgresql.existingSecret, or secret of orders-api under externalPostgresql.passwords',
        external,
      ],
      [
        'externalKafka.sasl.mechanism needs passwords: set externalKafka.sasl.existingSecret, or secret of orders-api under externalKafka.sasl.passwords',
        {
          ...ordersOn,
          kafka: { enabled: false },
          externalKafka: {
            brokers: ['k.example.com:9092'],
            sasl: {
              mechanism: 'plain',
              passwords: { ingest: { secret: 'a' }, consumer: { secret: 'b' }, console: { secret: 'c' } },
            },
          },
        },
      ],
    ] as const) {
      const said = await refusal({ values });
      assert.ok(said.includes(message), said);
    }
    // Of roles that no service of this release has, no password is needed.
    const passwords = Object.fromEntries(
      ['owner', 'orders-api', 'orders-processor', 'orders-notifier'].map((user) => [user, { secret: user }]),
    );
    await render({ values: { ...external, externalPostgresql: { url: 'postgresql://p/app', passwords } } });
  });

  it('are refused for every lane that differs in one thing', async () => {
    for (const [message, again, first] of [
      [
        'lanes.again.deadLetters=message.first would be read as messages: set another name, or leave it empty',
        { broker: 'rabbitmq', store: 'valkey', storeKeyPrefix: 'a:', deadLetters: 'message.first' },
        { broker: 'rabbitmq', store: 'redis', storeKeyPrefix: 'f:', subscription: 'message.first' },
      ],
      [
        'lanes.again.countries: "ESP" is not an ISO 3166-1 alpha-2 code',
        { broker: 'kafka', store: 'valkey', countries: ['ESP'] },
        null,
      ],
    ] as const) {
      const said = await refusal({ values: { lanes: { again, first } } });
      assert.ok(said.includes(message), said);
    }
  });

  it('are refused for every server with memory of its own, in its own units', async () => {
    for (const [message, values] of [
      ['kafka.heap=700m is not below', { kafka: { heap: '700m' } }],
      ['kafka.heap=1g is not below the memory limit of 1000M', memory('kafka', { heap: '1g' }, '1000M')],
      ['valkey.maxMemory=161mb is not below', { valkey: { maxMemory: '161mb' } }],
      ['redis.maxMemory=167772160 is not below', { redis: { maxMemory: '167772160' } }],
      [
        'redis.maxMemory=1gb is not below the memory limit of 0.5Gi',
        memory('redis', { maxMemory: '1gb' }, '0.5Gi'),
      ],
      ['rabbitmq.memoryHighWatermark=1GB is', memory('rabbitmq', { memoryHighWatermark: '1GB' }, '953Mi')],
    ] as const) {
      const said = await refusal({ values });
      assert.ok(said.includes(message), said);
    }
    // 10⁹ bytes are 953.7 MiB.
    await render({ values: memory('rabbitmq', { memoryHighWatermark: '1GB' }, '954Mi') });
    await render({ values: memory('redis', { maxMemory: '5gb' }, undefined) });
  });

  it('are all tried here: as many as there are messages in the templates', () => {
    const templates = globSync('templates/**/*', { cwd: chart }).filter((file) => /\.(yaml|tpl)$/.test(file));
    const messages = templates.flatMap((file) =>
      [...readFileSync(join(chart, file), 'utf8').matchAll(/\bfail [("]/g)].map(() => file),
    );
    // Two are said over a running release alone: upgrades.test.ts, postgresql-replicas.test.ts.
    assert.equal(failures.length + 2, messages.length);
  });
});

const memory = (server: string, settings: object, limit: string | undefined) => ({
  [server]: { ...settings, resources: { limits: { memory: limit ?? null } } },
});
