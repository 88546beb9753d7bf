import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chart } from '../scripts/paths.ts';
import { helm, preset } from './support/helm.ts';
import { find, names, ownImageValues, render } from './support/manifests.ts';
import { containerOf, podsOf } from './support/pods.ts';

/** What Helm prints after an install. */
async function notes(...flags: readonly string[]): Promise<string> {
  const { ok, stdout, stderr } = await helm(
    ...[
      'install',
      'caudal',
      chart,
      '--namespace',
      'test',
      '--dry-run=client',
      '--values',
      ownImageValues,
      ...flags,
    ],
  );
  assert.ok(ok, stderr);
  const [, text] = stdout.split('\nNOTES:\n');
  assert.ok(text, 'there are notes');
  return text;
}

const HTTP_ROUTE = [
  'httpRoute.enabled=true',
  'httpRoute.parentRefs[0].name=g',
  'httpRoute.routes[0].host=api',
];
const set = (...values: readonly string[]) => values.flatMap((value) => ['--set', value]);
const sendLine = (text: string): string => text.split('\n').find((line) => line.includes('curl ')) ?? '';

describe('the notes', () => {
  it('warn of each external server that is sent passwords without TLS', async () => {
    const warned = async (...values: readonly string[]) => {
      const text = await notes('--values', preset('external'), ...set(...values));
      return [...text.matchAll(/^WARNING: passwords .* to (\w+)/gm)].map(([, value]) => value);
    };
    assert.deepEqual(await warned(), []);
    const plain = [
      ...['externalRabbitmq.url=amqp://mq', 'externalRabbitmq.caSecret='],
      ...['externalRabbitmq.managementUrl=http://mq:15672'],
      ...[
        'externalKafka.tls.enabled=false',
        'externalKafka.tls.caSecret=',
        'externalKafka.sasl.mechanism=plain',
      ],
      ...['externalValkey.url=redis://valkey', 'externalValkey.caSecret='],
      ...['externalRedis.url=redis://redis', 'externalRedis.caSecret='],
    ];
    const kinds = ['Kafka', 'Rabbitmq', 'Redis', 'Valkey'];
    const lane = (store: string) => [`lanes.a.broker=kafka`, `lanes.a.store=${store}`];
    const postgresql = (url: string, ...more: readonly string[]) =>
      warned(
        ...lane('postgresql'),
        `externalPostgresql.url=${url}`,
        'externalPostgresql.existingSecret=a',
        ...more,
      );
    assert.deepEqual(await postgresql('postgresql://p/app'), ['externalPostgresql']);
    assert.deepEqual(await postgresql('postgresql://p/app?sslmode=disable'), ['externalPostgresql']);
    assert.deepEqual(await postgresql('postgresql://p/app?sslmode=verify-full'), []);
    assert.deepEqual(await postgresql('postgresql://p/app', 'externalPostgresql.caSecret=ca'), []);
    const ignite = (url: string) =>
      warned(...lane('ignite'), `externalIgnite.url=${url}`, 'externalIgnite.existingSecret=a');
    assert.deepEqual(await ignite('ignite://i'), ['externalIgnite']);
    assert.deepEqual(await ignite('ignites://i'), []);
    assert.deepEqual(
      (await warned(...plain)).sort(),
      kinds.map((kind) => `external${kind}`),
    );
    // SCRAM does not send the password itself, and without a password there is none to read.
    const scram = ['externalKafka.sasl.mechanism=scram-sha-512', 'externalRabbitmq.existingSecret='];
    assert.deepEqual((await warned(...plain, ...scram)).sort(), ['externalRedis', 'externalValkey']);
    const byUser = ['externalRabbitmq.existingSecret=', 'externalRabbitmq.passwords.ingest.secret=mine'];
    assert.ok((await warned(...plain, ...byUser)).includes('externalRabbitmq'));
    const management = ['externalRabbitmq.managementUrl=http://mq:15672'];
    assert.deepEqual(await warned(...management), ['externalRabbitmq']);
  });

  it('send a message the way that leads to ingest', async () => {
    assert.match(sendLine(await notes()), /curl http:\/\/localhost:8080\/messages -H/);
    const externalRoute = set(
      'ingress.enabled=true',
      'ingress.routes[0].host=web',
      'ingress.routes[0].path=/a/',
    );
    assert.match(
      sendLine(await notes(...externalRoute, ...set('ingress.routes[0].service=ingest'))),
      /curl http:\/\/web\/a\/messages -H/,
    );
    const route = set(...HTTP_ROUTE, 'httpRoute.routes[0].path=/', 'httpRoute.routes[0].service=ingest');
    assert.match(sendLine(await notes(...route)), /curl http:\/\/api\/messages -H/);
    for (const [type, found] of [
      ['LoadBalancer', /curl "http:\/\/\$address:80\/messages" -H/],
      ['NodePort', /curl "http:\/\/<address of a node>:\$port\/messages" -H/],
    ] as const) {
      const text = await notes(...set(`services.ingest.service.type=${type}`));
      assert.match(sendLine(text), found);
      assert.ok(!text.includes('svc/caudal-ingest 8080'), type);
    }
  });

  it('need no checkout and no k6 to load it and to read the account', async () => {
    const text = await notes();
    assert.ok(!text.includes('k6 run') && !text.includes('load-tests/'));
    assert.match(text, /create job load-1 --from=cronjob\/caudal-load\n/);
    assert.match(
      text,
      /get --raw \/api\/v1\/namespaces\/test\/services\/caudal-console:http\/proxy\/api\/account\n/,
    );
    assert.ok(!(await notes(...set('services.console.enabled=false'))).includes('caudal-console'));
    assert.ok(!(await notes(...set('loadtest.onDemand=false'))).includes('cronjob'));
  });

  it('say of volumes what is true', async () => {
    assert.match(await notes(), /helm uninstall caudal -n test\nThis deletes the volumes and all data\.\n/);
    assert.match(
      await notes('--values', preset('ha')),
      /The volumes of rabbitmq, kafka, valkey, redis are kept/,
    );
    const claims = await notes(
      ...set('valkey.persistence.existingClaim=a', 'redis.persistence.existingClaim=b'),
    );
    assert.match(claims, /This deletes the volumes of rabbitmq, kafka, prometheus and their data\.\n/);
    assert.match(claims, /Existing claims are kept: a, b\.\n/);
    const claim = await notes('--values', preset('stores'), ...set('ignite.persistence.existingClaim=a'));
    assert.match(
      claim,
      /Existing claims are kept: a\.\nSo is the Secret caudal-ignite-auth, without which the claim of Ignite is of no use\.\n/,
    );
    const external = await notes('--values', preset('external'));
    assert.match(
      external,
      /The release has no volumes\. Data in external brokers and stores is not touched\.\n/,
    );
    assert.ok(!external.includes('This deletes'));
  });
});

describe('a load on demand', () => {
  it('is a CronJob that never runs on its own, with the pod of the load test', async () => {
    const manifests = await render({ values: { loadtest: { enabled: true } } });
    const { spec } = find(manifests, 'CronJob', 'caudal-load');
    assert.equal(spec?.suspend, true);
    const [suspended, job] = ['CronJob caudal-load', 'Job caudal-loadtest-1'].map((owner) =>
      podsOf(manifests).find((pod) => pod.owner === owner),
    );
    assert.ok(suspended && job);
    assert.deepEqual([suspended.spec, suspended.labels], [job.spec, job.labels]);
    assert.match(containerOf(manifests, 'CronJob caudal-load').args?.[0] ?? '', /\/scripts\/seed\.ts/);
  });

  it('may reach ingest where policies forbid the rest, and can be left out', async () => {
    const policies = await render({ values: { networkPolicy: { enabled: true } } });
    assert.ok(names(policies, 'NetworkPolicy').includes('caudal-loadtest'));
    const without = await render({
      values: { loadtest: { onDemand: false }, networkPolicy: { enabled: true } },
    });
    assert.deepEqual(names(without, 'CronJob'), []);
    assert.ok(!names(without, 'ConfigMap').includes('caudal-loadtest-scripts'));
    assert.ok(!names(without, 'NetworkPolicy').includes('caudal-loadtest'));
  });
});
