import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { schemaNameOf } from '../../services/common/src/stores/schema-name.ts';
import { parseConsoleConfig } from '../../services/console/src/config.ts';
import { loadConfig } from '../../services/consumer/src/config.ts';
import { find, type Manifest, names, type RenderOptions, refusal, render } from './support/manifests.ts';
import { containerOf, environmentOf, plainEnvironment, podsOf } from './support/pods.ts';
import { storesOn, toggles } from './support/toggles.ts';

const plain = (manifests: readonly Manifest[], name: string) =>
  plainEnvironment(containerOf(manifests, `Deployment caudal-${name}`));

/** Workloads whose pods read a key of a Secret. */
const readersOf = (manifests: readonly Manifest[], secret: string, key: string) =>
  podsOf(manifests)
    .filter(({ spec }) =>
      spec.containers.some(({ env = [] }) =>
        env.some(
          ({ valueFrom }) => valueFrom?.secretKeyRef?.name === secret && valueFrom.secretKeyRef.key === key,
        ),
      ),
    )
    .map(({ owner }) => owner);

const external = (values: object): RenderOptions => ({
  values: {
    lanes: { 'kafka-postgresql': storesOn.lanes['kafka-postgresql'] },
    externalPostgresql: {
      url: 'postgresql://p.example.com:6432/app?sslmode=verify-full',
      existingSecret: 'mine',
      ...values,
    },
  },
});

describe('stores with schemas', () => {
  it('are not there unless a lane wants them', async () => {
    const text = JSON.stringify(await render());
    assert.ok(
      !/postgres|ignite/i.test(text.replaceAll(/"(?:\w|[-.])+\.(?:json|yaml|ts)":"(?:\\.|[^"\\])*"/g, '')),
    );
    for (const store of ['postgresql', 'ignite'])
      assert.match(
        await refusal({ values: { [store]: { enabled: true } } }),
        new RegExp(`no lane stores in ${store}: set ${store}.enabled=false or give it a lane`),
      );
    for (const [store, setting] of [
      ['postgresql', 'externalPostgresql.url'],
      ['ignite', 'externalIgnite.url'],
    ] as const)
      assert.ok(
        (await refusal({ values: { lanes: { a: { broker: 'kafka', store } } } })).includes(
          `lane "a" stores in ${store}: set ${store}.enabled=true or ${setting}`,
        ),
      );
  });

  it('are lanes by one entry each, with a configuration that the services accept', async () => {
    const manifests = await render({ flags: [], ...toggles.stores });
    const postgresql = loadConfig(environmentOf(manifests, 'Deployment caudal-kafka-postgresql-consumer'));
    const { url, keyPrefix, schema } = postgresql.store.settings;
    assert.deepEqual(
      [new URL(url).host, new URL(url).username, new URL(url).pathname, keyPrefix, schema],
      ['caudal-postgresql:5432', 'caudal_consumer', '/caudal', 'kafka-postgresql:', 'check'],
    );
    const ignite = loadConfig(environmentOf(manifests, 'Deployment caudal-kafka-ignite-consumer')).store
      .settings;
    assert.deepEqual(
      [new URL(ignite.url).host, new URL(ignite.url).username, ignite.keyPrefix, ignite.schema],
      ['caudal-ignite:10800', 'consumer', 'kafka-ignite:', 'create'],
    );
    const { lanes } = parseConsoleConfig(environmentOf(manifests, 'Deployment caudal-console'));
    assert.deepEqual(
      lanes.map(({ lane, store }) => [
        lane,
        store.name,
        new URL(store.settings.url).username,
        store.settings.schema,
      ]),
      [
        ['kafka-ignite', 'ignite', 'console', 'check'],
        ['kafka-postgresql', 'postgresql', 'caudal_console', 'check'],
        ['kafka-redis', 'redis', 'console', 'check'],
        ['rabbitmq-valkey', 'valkey', 'console', 'check'],
      ],
    );
    // Those of a store without schemas hear nothing of them.
    for (const lane of ['kafka-redis', 'rabbitmq-valkey'])
      assert.equal(plain(manifests, `${lane}-consumer`).STORE_SCHEMA, undefined);
  });

  it('take the key prefixes that the services take, and no two lanes of one schema', async () => {
    for (const prefix of [
      '',
      'a:',
      'kafka-two:',
      'a.b:c',
      'x'.repeat(56),
      'x'.repeat(57),
      'Upper:',
      'a::',
      '_a',
    ]) {
      const values = {
        lanes: { again: { broker: 'kafka', store: 'postgresql', storeKeyPrefix: prefix } },
        postgresql: { enabled: true },
      };
      let isTaken = true;
      try {
        schemaNameOf(prefix);
      } catch {
        isTaken = false;
      }
      if (isTaken) await render({ values });
      else
        assert.match(
          await refusal({ values }),
          /lanes\.again\.storeKeyPrefix=.* cannot name a schema/,
          prefix,
        );
    }
    const two = { broker: 'kafka', store: 'ignite' };
    assert.ok(
      (
        await refusal({
          values: {
            lanes: { one: { ...two, storeKeyPrefix: 'a-b:' }, two: { ...two, storeKeyPrefix: 'a.b' } },
            ignite: { enabled: true },
          },
        })
      ).includes(
        'lanes "one" and "two" both count in ignite in the schema caudal_a_b: set another lanes.two.storeKeyPrefix',
      ),
    );
  });

  it('do not forget what a broker has seen acknowledged', async () => {
    for (const [store, settings, message] of [
      [
        'postgresql',
        { synchronousCommit: false },
        'postgresql.synchronousCommit=false would lose messages that RabbitMQ has seen acknowledged: lane "a" needs true',
      ],
      [
        'ignite',
        { walMode: 'LOG_ONLY' },
        'ignite.walMode=LOG_ONLY would lose messages that RabbitMQ has seen acknowledged: lane "a" needs FSYNC',
      ],
    ] as const) {
      const on = (broker: string) => ({
        values: { lanes: { a: { broker, store } }, [store]: { enabled: true, ...settings } },
      });
      assert.ok((await refusal(on('rabbitmq'))).includes(message));
      await render(on('kafka'));
    }
  });

  it('are refused more memory than their limits, heap and data together', async () => {
    const of = (values: object) => refusal({ values: { ...storesOn, ...values } });
    assert.match(
      await of({ ignite: { enabled: true, heap: '512m', offHeap: '512Mi' } }),
      /ignite\.heap=512m \+ ignite\.offHeap=512Mi is not below the memory limit of 1024Mi/,
    );
    assert.match(
      await of({ postgresql: { enabled: true, sharedBuffers: '320Mi' } }),
      /postgresql\.sharedBuffers=320Mi is not below the memory limit of 320Mi/,
    );
    await render({ values: { ...storesOn, ignite: { enabled: true, heap: '511m', offHeap: '512Mi' } } });
  });
});

describe('PostgreSQL', () => {
  it('gives the password of its owner to the pod that makes schemas, and to no service', async () => {
    const manifests = await render(toggles.stores);
    assert.deepEqual(readersOf(manifests, 'caudal-postgresql-auth', 'owner-password').sort(), [
      'Deployment caudal-postgresql-schema',
      'StatefulSet caudal-postgresql',
    ]);
    for (const [key, reader] of [
      ['consumer-password', 'Deployment caudal-kafka-postgresql-consumer'],
      ['console-password', 'Deployment caudal-console'],
    ] as const)
      assert.deepEqual(readersOf(manifests, 'caudal-postgresql-auth', key).sort(), [
        reader,
        'StatefulSet caudal-postgresql',
      ]);
  });

  it('has a schema made for each of its lanes, with rights for the roles of the services', async () => {
    const lane = (broker: string) => ({ broker, store: 'postgresql' });
    const manifests = await render({
      values: {
        lanes: {
          'kafka-postgresql': lane('kafka'),
          'rabbitmq-postgresql': { ...lane('rabbitmq'), storeKeyPrefix: '' },
        },
        postgresql: { enabled: true },
      },
    });
    const schema = containerOf(manifests, 'Deployment caudal-postgresql-schema');
    assert.match(schema.args?.[0] ?? '', /for prefix in 'kafka-postgresql:' '' ; do/);
    const { STORE_URL, STORE_USERNAME, STORE_SCHEMA_WRITERS, STORE_SCHEMA_READERS } =
      plainEnvironment(schema);
    assert.deepEqual(
      [STORE_URL, STORE_USERNAME, STORE_SCHEMA_WRITERS, STORE_SCHEMA_READERS],
      ['postgresql://caudal-postgresql:5432/caudal', 'caudal_owner', 'caudal_consumer', 'caudal_console'],
    );
  });

  it('answers a commit from disk unless the values say otherwise, in units that are its own', async () => {
    const conf = async (settings: object) =>
      find(
        await render({ values: { ...storesOn, postgresql: { enabled: true, ...settings } } }),
        'ConfigMap',
        'caudal-postgresql',
      ).data?.['postgresql.conf'] ?? '';
    assert.match(await conf({}), /^synchronous_commit = on$/m);
    assert.match(await conf({}), /^shared_buffers = 65536kB$/m);
    const other = await conf({
      synchronousCommit: false,
      sharedBuffers: '96Mi',
      extraConfig: 'work_mem = 8MB',
    });
    assert.match(other, /^synchronous_commit = off$/m);
    assert.match(other, /^shared_buffers = 98304kB$/m);
    assert.match(other, /^work_mem = 8MB$/m);
  });

  it('lets no one in from outside but these roles, by SCRAM, to this database', async () => {
    const data = find(await render(toggles.stores), 'ConfigMap', 'caudal-postgresql').data ?? {};
    const rules = (data['pg_hba.conf'] ?? '')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    assert.deepEqual(rules, [
      'local all postgres trust',
      'host caudal caudal_owner,caudal_consumer,caudal_console all scram-sha-256',
    ]);
    assert.match(data['postgresql.conf'] ?? '', /^unix_socket_permissions = 0700$/m);
  });

  it('may be outside: a role for each password, its schemas still made by a pod of the release', async () => {
    const manifests = await render(external({ caSecret: 'ca' }));
    assert.ok(!names(manifests, 'StatefulSet').includes('caudal-postgresql'));
    const consumer = plain(manifests, 'kafka-postgresql-consumer');
    assert.deepEqual(
      [consumer.STORE_URL, consumer.STORE_USERNAME, consumer.STORE_SCHEMA, consumer.STORE_CA_FILE],
      [
        'postgresql://p.example.com:6432/app?sslmode=verify-full',
        'caudal_consumer',
        'check',
        '/etc/caudal/ca/store/ca.crt',
      ],
    );
    assert.deepEqual(readersOf(manifests, 'mine', 'owner-password'), ['Deployment caudal-postgresql-schema']);
    const schema = podsOf(manifests).find(({ owner }) => owner === 'Deployment caudal-postgresql-schema');
    assert.deepEqual(schema?.spec.volumes?.find(({ name }) => name === 'ca-store')?.secret, {
      secretName: 'ca',
      items: [{ key: 'ca.crt', path: 'ca.crt' }],
    });
    assert.equal(
      plainEnvironment(containerOf(manifests, 'Deployment caudal-postgresql-schema')).STORE_CA_FILE,
      '/etc/caudal/ca/store/ca.crt',
    );
  });

  it('may be outside with schemas that are there: no pod then needs the password of the owner', async () => {
    const { consumer, console: reader } = { consumer: { secret: 'a' }, console: { secret: 'b', key: 'pw' } };
    const options = external({
      schema: 'check',
      existingSecret: '',
      passwords: { consumer, console: reader },
    });
    const manifests = await render(options);
    assert.ok(!names(manifests, 'Deployment').includes('caudal-postgresql-schema'));
    assert.deepEqual(readersOf(manifests, 'b', 'pw'), ['Deployment caudal-console']);
    assert.ok(
      (await refusal(external({ existingSecret: '', passwords: { consumer, console: reader } }))).includes(
        'set externalPostgresql.existingSecret, or secret of owner under externalPostgresql.passwords',
      ),
    );
  });

  it('outside is reached on the port of its URL, by the pod that makes schemas as well', async () => {
    const options = external({});
    const manifests = await render({
      values: { ...(options.values as object), networkPolicy: { enabled: true } },
    });
    for (const name of ['kafka-postgresql-consumer', 'console', 'postgresql-schema'])
      assert.match(
        JSON.stringify(find(manifests, 'NetworkPolicy', `caudal-${name}`).spec?.egress),
        /"port":6432/,
        name,
      );
    assert.doesNotMatch(
      JSON.stringify(find(manifests, 'NetworkPolicy', 'caudal-kafka-redis-consumer').spec),
      /6432/,
    );
  });
});

describe('Ignite', () => {
  it('is one node that no other finds, with its data on the volume and an answer from disk', async () => {
    const manifests = await render(toggles.stores);
    const xml = find(manifests, 'ConfigMap', 'caudal-ignite').data?.['ignite.xml'] ?? '';
    assert.match(xml, /name="walMode" value="FSYNC"/);
    assert.match(xml, /name="maxSize" value="268435456"/);
    assert.match(xml, /name="authenticationEnabled" value="true"/);
    assert.equal([...xml.matchAll(/name="localAddress" value="127\.0\.0\.1"/g)].length, 2);
    const { ports } = find(manifests, 'Service', 'caudal-ignite').spec as {
      ports: readonly { port: number }[];
    };
    assert.deepEqual(
      ports.map(({ port }) => port),
      [10_800],
    );
  });

  it('has its users made by a pod that alone knows the password of the administrator', async () => {
    const manifests = await render(toggles.stores);
    assert.deepEqual(readersOf(manifests, 'caudal-ignite-auth', 'admin-password'), [
      'Deployment caudal-ignite-users',
    ]);
    assert.deepEqual(readersOf(manifests, 'caudal-ignite-auth', 'consumer-password').sort(), [
      'Deployment caudal-ignite-users',
      'Deployment caudal-kafka-ignite-consumer',
    ]);
  });

  it('may be outside, with TLS or without passwords', async () => {
    const values = (more: object) => ({
      values: {
        lanes: { 'kafka-ignite': storesOn.lanes['kafka-ignite'] },
        externalIgnite: { url: 'ignites://i.example.com', ...more },
      },
    });
    const manifests = await render(values({ existingSecret: 'mine', caSecret: 'ca', schema: 'check' }));
    assert.ok(!names(manifests, 'Deployment').includes('caudal-ignite-users'));
    const consumer = plain(manifests, 'kafka-ignite-consumer');
    assert.deepEqual(
      [consumer.STORE_URL, consumer.STORE_USERNAME, consumer.STORE_SCHEMA, consumer.STORE_CA_FILE],
      ['ignites://i.example.com', 'consumer', 'check', '/etc/caudal/ca/store/ca.crt'],
    );
    const open = loadConfig(
      environmentOf(await render(values({})), 'Deployment caudal-kafka-ignite-consumer'),
    );
    assert.equal(open.store.settings.url, 'ignites://i.example.com');
    assert.match(
      await refusal(values({ url: 'ignite://i.example.com', caSecret: 'ca' })),
      /externalIgnite\.caSecret is for TLS, and the URL starts with ignite:\/\/: write ignites:\/\//,
    );
  });
});
