import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import type { RabbitmqSettings } from '../../services/common/src/messaging/rabbitmq/settings.ts';
import {
  deadLetterQueueOptions,
  queueOptions,
} from '../../services/common/src/messaging/rabbitmq/topology.ts';
import { find, render } from './support/manifests.ts';
import { containerOf, plainEnvironment } from './support/pods.ts';
import { toggles } from './support/toggles.ts';

interface Definitions {
  readonly vhosts: readonly { name: string }[];
  readonly permissions: readonly { user: string; configure: string; write: string; read: string }[];
  readonly exchanges: readonly { name: string; type: string; durable: boolean }[];
  readonly queues: readonly { name: string; durable: boolean; arguments: Record<string, unknown> }[];
  readonly bindings: readonly {
    source: string;
    destination: string;
    destination_type: string;
    routing_key: string;
  }[];
}

async function definitions(values: unknown = {}): Promise<Definitions> {
  const data = find(await render({ values }), 'ConfigMap', 'caudal-rabbitmq').data;
  return JSON.parse(data?.['topology.json'] ?? '') as Definitions;
}

describe('RabbitMQ', () => {
  it('declares what the services would declare', async () => {
    const { exchanges, queues, bindings, vhosts } = await definitions({ rabbitmq: { deliveryLimit: 77 } });
    const settings = { deadLetterQueue: 'message.dead', deliveryLimit: 77 } as RabbitmqSettings;
    assert.deepEqual(vhosts, [{ name: '/' }]);
    assert.deepEqual(
      queues.map(({ name, durable, arguments: own }) => [name, { durable, arguments: own }]),
      [
        ['message', queueOptions(settings)],
        ['message.dead', deadLetterQueueOptions()],
      ],
    );
    assert.deepEqual(
      exchanges.map(({ name, type, durable }) => [name, type, durable]),
      [
        ['message', 'fanout', true],
        ['message.dead', 'fanout', true],
      ],
    );
    assert.deepEqual(
      bindings.map(({ source, destination, destination_type, routing_key }) => [
        source,
        destination,
        destination_type,
        routing_key,
      ]),
      [
        ['message', 'message', 'queue', ''],
        ['message.dead', 'message.dead', 'queue', ''],
      ],
    );
  });

  it('gives each user what it needs and nothing else', async () => {
    const { permissions } = await definitions();
    const may = (user: string, right: 'configure' | 'write' | 'read') => {
      const pattern = new RegExp(permissions.find((permission) => permission.user === user)?.[right] ?? '^$');
      return ['message', 'message.dead', 'messageXdead', 'amq.default', 'other', ''].filter((name) =>
        pattern.test(name),
      );
    };
    const nothing = [''];
    assert.equal(permissions.length, 4);
    assert.deepEqual(
      [may('ingest', 'configure'), may('ingest', 'write'), may('ingest', 'read')],
      [nothing, ['message'], nothing],
    );
    assert.deepEqual(
      [may('consumer', 'configure'), may('consumer', 'write'), may('consumer', 'read')],
      [nothing, ['message.dead'], ['message']],
    );
    assert.deepEqual(
      [may('console', 'configure'), may('console', 'write'), may('console', 'read')],
      [nothing, nothing, ['message', 'message.dead']],
    );
  });

  it('leaves declaring to itself: the services check', async () => {
    const manifests = await render();
    for (const name of ['ingest', 'rabbitmq-valkey-consumer', 'console']) {
      const { RABBITMQ_TOPOLOGY, RABBITMQ_QUEUE, RABBITMQ_DEAD_LETTER_QUEUE } = plainEnvironment(
        containerOf(manifests, `Deployment caudal-${name}`),
      );
      assert.deepEqual(
        { RABBITMQ_TOPOLOGY, RABBITMQ_QUEUE, RABBITMQ_DEAD_LETTER_QUEUE },
        { RABBITMQ_TOPOLOGY: 'check', RABBITMQ_QUEUE: 'message', RABBITMQ_DEAD_LETTER_QUEUE: 'message.dead' },
      );
    }
  });
});

describe('Kafka', () => {
  it('asks for passwords on both listeners, and keeps the controller of a single broker to itself', async () => {
    const properties = find(await render(), 'ConfigMap', 'caudal-kafka').data?.['server.properties'] ?? '';
    assert.match(
      properties,
      /^listener\.security\.protocol\.map=CLIENTS:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT$/m,
    );
    assert.match(properties, /^listeners=CLIENTS:\/\/:9092,CONTROLLER:\/\/127\.0\.0\.1:9093$/m);
    assert.match(properties, /^authorizer\.class\.name=.*StandardAuthorizer$/m);
    assert.match(properties, /^super\.users=User:admin$/m);
    assert.match(properties, /^auto\.create\.topics\.enable=false$/m);
  });

  it('asks for none where that is switched off', async () => {
    const manifests = await render(toggles['no Kafka passwords']);
    const properties = find(manifests, 'ConfigMap', 'caudal-kafka').data?.['server.properties'] ?? '';
    assert.match(properties, /CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT/);
    assert.doesNotMatch(properties, /sasl|authorizer/);
    assert.equal(
      plainEnvironment(containerOf(manifests, 'Deployment caudal-ingest')).KAFKA_SASL_MECHANISM,
      undefined,
    );
  });

  it('passes topics, replication and broker addresses to the topology pod', async () => {
    const { TOPIC, PARTITIONS, REPLICATION_FACTOR, MIN_INSYNC_REPLICAS, BROKERS } = plainEnvironment(
      containerOf(await render({ presets: ['ha'] }), 'Deployment caudal-kafka-topology'),
    );
    assert.deepEqual(
      { TOPIC, PARTITIONS, REPLICATION_FACTOR, MIN_INSYNC_REPLICAS, BROKERS },
      {
        TOPIC: 'message',
        PARTITIONS: '12',
        REPLICATION_FACTOR: '3',
        MIN_INSYNC_REPLICAS: '2',
        BROKERS: 'caudal-kafka:9092',
      },
    );
  });
});

describe('stores', () => {
  it('write through to disk behind RabbitMQ, and each second behind Kafka', async () => {
    const fsync = async (options: object, store: string) =>
      /^appendfsync (.+)$/m.exec(
        find(await render(options), 'ConfigMap', `caudal-${store}`).data?.['store.conf'] ?? '',
      )?.[1];
    assert.equal(await fsync({}, 'valkey'), 'always');
    assert.equal(await fsync({}, 'redis'), 'everysec');
    const crossed = toggles['lanes crossed'] ?? {};
    assert.equal(await fsync(crossed, 'valkey'), 'everysec');
    assert.equal(await fsync(crossed, 'redis'), 'always');
  });

  it('let services do what their script needs, on their keys', async () => {
    const rules = find(await render(), 'ConfigMap', 'caudal-valkey').data?.['rules.txt'] ?? '';
    const of = (user: string) =>
      rules
        .split('\n')
        .find((line) => line.startsWith(`${user} `))
        ?.split(' ') ?? [];
    for (const user of ['consumer', 'console', 'exporter']) {
      const words = of(user);
      assert.ok(words.includes('-@all'), user);
      assert.ok(!words.includes('~*'), user);
      for (const never of [
        'flushall',
        'flushdb',
        'config',
        'keys',
        'del',
        'acl',
        'script',
        'shutdown',
        'debug',
      ]) {
        assert.ok(!words.some((word) => word.startsWith(`+${never}`)), `${user} may ${never}`);
      }
      assert.ok(!words.some((word) => word.startsWith('+@')), `${user} has a category`);
    }
    const script = readFileSync(
      new URL('../../services/common/src/stores/apply-batch.lua', import.meta.url),
      'utf8',
    );
    const commands = [...script.matchAll(/redis\.call\('([A-Z]+)'/g)].map(([, command = '']) =>
      command.toLowerCase(),
    );
    assert.ok(commands.length >= 10);
    for (const command of commands)
      assert.ok(of('consumer').includes(`+${command}`), `consumer lacks ${command}`);
    for (const write of ['set', 'incrby', 'hset', 'eval', 'evalsha', 'setbit', 'expire']) {
      assert.ok(!of('console').includes(`+${write}`), `console may ${write}`);
    }
  });
});

describe('Prometheus', () => {
  interface ScrapeConfig {
    readonly job_name: string;
    readonly dns_sd_configs?: readonly { names: readonly string[]; port: number }[];
    readonly static_configs?: readonly { targets: readonly string[] }[];
    readonly relabel_configs: readonly { target_label?: string; replacement?: string }[];
  }

  async function scrapeConfigs(options: object): Promise<readonly ScrapeConfig[]> {
    const data = find(await render(options), 'ConfigMap', 'caudal-prometheus').data;
    return (parse(data?.['prometheus.yml'] ?? '') as { scrape_configs: ScrapeConfig[] }).scrape_configs;
  }

  it('finds every part of the release by DNS, and says whose it is', async () => {
    const configs = await scrapeConfigs({
      presets: ['ha'],
      values: { valkey: { exporter: { enabled: true } } },
    });
    assert.deepEqual(
      configs.map(({ job_name }) => job_name),
      ['caudal', 'rabbitmq', 'rabbitmq-queues', 'valkey', 'prometheus'],
    );
    const services = ['ingest', 'console', 'kafka-redis-consumer', 'rabbitmq-valkey-consumer'];
    assert.deepEqual(
      configs[0]?.dns_sd_configs?.[0]?.names,
      services.map((service) => `caudal-${service}-ops.test.svc.cluster.local`),
    );
    assert.equal(configs[1]?.static_configs?.[0]?.targets.length, 3);
    for (const { job_name, relabel_configs } of configs) {
      const labels = relabel_configs.map(({ target_label }) => target_label);
      for (const label of ['namespace', 'release', 'component', 'pod']) {
        assert.ok(labels.includes(label), `${job_name} lacks ${label}`);
      }
    }
  });

  it('leads from every alert of a PrometheusRule to its runbook, where those are published', async () => {
    interface Groups {
      readonly groups: readonly {
        readonly rules: readonly { readonly alert?: string; readonly annotations?: Record<string, string> }[];
      }[];
    }
    const annotationsOf = ({ groups }: Groups) =>
      groups
        .flatMap(({ rules }) => rules)
        .flatMap(({ alert, annotations }) =>
          alert === undefined
            ? []
            : [{ alert, ...(annotations as { runbook?: string; runbook_url?: string }) }],
        );
    const operator = async (runbookUrl?: string) => {
      const values = { monitoring: { prometheusRule: { enabled: true, runbookUrl } } };
      const manifests = await render({ values });
      const { spec } = find(manifests, 'PrometheusRule', 'caudal');
      const bundled = find(manifests, 'ConfigMap', 'caudal-prometheus-rules').data?.['alerts.yaml'] ?? '';
      return {
        alerts: annotationsOf(spec as unknown as Groups),
        bundled: annotationsOf(parse(bundled) as Groups),
      };
    };
    const address = 'https://runbooks.example.com/caudal?a=1';
    const published = await operator(address);
    assert.ok(published.bundled.length >= 10);
    assert.deepEqual(
      published.alerts.map(({ runbook_url }) => runbook_url),
      published.alerts.map(({ alert }) => `${address}#${alert.toLowerCase()}`),
    );
    const unpublished = await operator();
    assert.deepEqual(unpublished.alerts, unpublished.bundled);
    for (const { bundled } of [published, unpublished])
      for (const { alert, runbook, runbook_url } of bundled) {
        assert.equal(runbook_url, undefined, 'a path of the repository is not a URL');
        assert.equal(runbook, `docs/runbooks.md#${alert.toLowerCase()}`);
      }
  });

  it('leaves external servers alone', async () => {
    const configs = await scrapeConfigs({
      presets: ['external'],
      values: { prometheus: { enabled: true }, externalPrometheus: { url: '' } },
    });
    assert.deepEqual(
      configs.map(({ job_name }) => job_name),
      ['caudal', 'prometheus'],
    );
  });
});
