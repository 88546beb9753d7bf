import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '@caudal/common/testing';
import { consoleOf } from '../../src/workloads/messages/load/console-client.ts';
import { startForeignServers } from './support/foreign-servers.ts';
import { useRelease } from './support/index.ts';
import { restartsOf } from './support/pod-state.ts';

const NAMESPACE = 'external-test';
const SERVERS = 'external-test-servers';
const MESSAGES = 2_000;
const PROGRAMS: Readonly<Record<string, string>> = { ingest: 'ingest-api', consumer: 'consumer' };

/** As the ingest, past its checks. */
const SEND_POISON = `
const { readFileSync } = require('node:fs');
const { connect } = require('amqplib');
const { Kafka } = require('kafkajs');
const e = process.env;
async function send() {
  const url = new URL(e.RABBITMQ_URL);
  Object.assign(url, { username: e.RABBITMQ_USERNAME, password: e.RABBITMQ_PASSWORD });
  const rabbitmq = await connect(url.href, { ca: [readFileSync(e.RABBITMQ_CA_FILE)] });
  const channel = await rabbitmq.createConfirmChannel();
  channel.publish(e.RABBITMQ_QUEUE, '', Buffer.from('poison'));
  await channel.waitForConfirms();
  await rabbitmq.close();
  const producer = new Kafka({
    brokers: e.KAFKA_BROKERS.split(','),
    ssl: { ca: [readFileSync(e.KAFKA_CA_FILE)] },
    sasl: { mechanism: e.KAFKA_SASL_MECHANISM, username: e.KAFKA_USERNAME, password: e.KAFKA_PASSWORD },
  }).producer();
  await producer.connect();
  await producer.send({ topic: e.KAFKA_TOPIC, messages: [{ value: 'poison' }] });
  await producer.disconnect();
}
send();
`;

/** The preset with the addresses of these servers, and without what needs the Prometheus operator. */
const release = useRelease({
  namespace: NAMESPACE,
  preset: 'external',
  values: {
    externalRabbitmq: { url: `amqps://rabbitmq.${SERVERS}.svc:5671` },
    externalKafka: { brokers: [`kafka.${SERVERS}.svc:9093`] },
    externalValkey: {
      url: `rediss://valkey.${SERVERS}.svc:6379`,
      usernames: { consumer: 'caudal-consumer', console: 'caudal-console' },
    },
    externalRedis: {
      url: `rediss://redis.${SERVERS}.svc:6379`,
      usernames: { consumer: '', console: '' },
    },
    lanes: { 'kafka-postgresql': { broker: 'kafka', store: 'postgresql' } },
    externalPostgresql: {
      url: `postgresql://postgresql.${SERVERS}.svc:5432/caudal?sslmode=verify-full`,
      existingSecret: 'caudal-postgresql',
      caSecret: 'caudal-stores-ca',
    },
    externalPrometheus: { url: '' },
    monitoring: { serviceMonitor: { enabled: false }, prometheusRule: { enabled: false } },
  },
  prepare: (on) => startForeignServers(on, { namespace: SERVERS, releaseNamespace: NAMESPACE }),
});

describe('with external brokers and stores, over TLS, with the permissions in the docs', () => {
  it('the services alone are installed, and come up without a restart', async () => {
    const pods = await release().release.pods();
    const components = pods.map(({ metadata }) => metadata?.labels?.['app.kubernetes.io/component']);
    assert.deepEqual([...new Set(components)].sort(), [
      'console',
      'ingest',
      'kafka-postgresql-consumer',
      'kafka-redis-consumer',
      'postgresql-schema',
      'rabbitmq-valkey-consumer',
    ]);
    assert.deepEqual(restartsOf(pods), []);
  });

  it('every message is counted once in each lane', async () => {
    const { account, load } = await release().load({
      scenario: 'seed',
      variables: { MESSAGES: String(MESSAGES), USERS: '20' },
    });
    assert.deepEqual([account.exact, account.findings, load.messages.accepted], [true, [], MESSAGES]);
  });

  it('what is no message is parked in each lane', async () => {
    const { cluster, release: of } = release();
    const [pod] = await of.pods('ingest');
    const container = { namespace: NAMESPACE, pod: pod?.metadata?.name ?? '', container: 'ingest' };
    const { succeeded, stderr } = await cluster.exec(container, ['node', '--eval', SEND_POISON]);
    assert.ok(succeeded, stderr);
    await eventually(
      () => consoleOf(of).lanes(),
      (lanes) => lanes.length === 3 && lanes.every(({ backlog }) => backlog?.deadLetters === 1),
      { pastErrors: true },
    );
  });

  it('helm test passes', async () => {
    const { helm, chart } = release();
    assert.match(await helm.test(chart), /Phase:\s+Succeeded/);
  });

  // Or a password would go to whoever answers at the address.
  it('a server whose CA is not known is refused', async () => {
    const complaints = async (
      component: string,
      container: string,
      of: readonly string[],
      expected: readonly RegExp[],
    ) => {
      const [pod] = await release().release.pods(component);
      const unset = of.map((variables) => `--unset=${variables}_CA_FILE`).join(' ');
      const service = `node services/${PROGRAMS[container]}/src/main.ts`;
      let said = '';
      // It would retry without an end, and what it takes to try once depends on the machine.
      for (const seconds of [6, 20, 60]) {
        const { stdout, stderr } = await release().cluster.exec(
          { namespace: NAMESPACE, pod: pod?.metadata?.name ?? '', container },
          [
            'sh',
            '-c',
            `env ${unset} HTTP_PORT=0 OPERATIONS_PORT=0 timeout --signal=KILL ${seconds} ${service}`,
          ],
        );
        said = stdout + stderr;
        if (expected.every((pattern) => pattern.test(said))) return;
      }
      for (const pattern of expected) assert.match(said, pattern);
    };
    await Promise.all([
      complaints(
        'ingest',
        'ingest',
        ['KAFKA', 'RABBITMQ'],
        [/kafka.*self-signed certificate/i, /rabbitmq.*self-signed certificate/i],
      ),
      complaints('rabbitmq-valkey-consumer', 'consumer', ['STORE'], [/valkey.*self-signed certificate/i]),
      complaints(
        'kafka-postgresql-consumer',
        'consumer',
        ['STORE'],
        [/postgresql.*self-signed certificate/i],
      ),
    ]);
  });
});
