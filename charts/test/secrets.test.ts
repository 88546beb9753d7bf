import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { parseConsoleConfig } from '../../services/console/src/config.ts';
import { loadConfig } from '../../services/consumer/src/config.ts';
import { chart } from '../scripts/paths.ts';
import { helm, preset } from './support/helm.ts';
import { find, type Manifest, ownImageValues, render } from './support/manifests.ts';
import { containerOf, containersOf, environmentOf, podsOf } from './support/pods.ts';
import { storesOn, toggles } from './support/toggles.ts';

const decode = (value: string | undefined): string => Buffer.from(value ?? '', 'base64').toString();

/** All passwords that a rendering made. */
function passwords(manifests: readonly Manifest[]): readonly string[] {
  return manifests
    .filter(({ kind }) => kind === 'Secret')
    .flatMap(({ data = {} }) => Object.values(data).map(decode));
}

describe('secrets', () => {
  it('are random, long and letters and digits alone', async () => {
    const all = passwords(await render());
    assert.equal(all.length, 19);
    assert.equal(new Set(all).size, all.length);
    for (const password of all) assert.match(password, /^[A-Za-z0-9]{22,}$/);
  });

  it('appear nowhere but in Secrets', async () => {
    for (const options of [{}, toggles.everything as object, toggles.ha as object]) {
      const manifests = await render(options);
      const others = JSON.stringify(manifests.filter(({ kind }) => kind !== 'Secret'));
      const all = passwords(manifests);
      assert.ok(all.length >= 19);
      for (const password of all) assert.ok(!others.includes(password));
    }
  });

  it('of others are not made: existingSecret is taken instead', async () => {
    const manifests = await render(toggles['existing Secrets']);
    assert.deepEqual(
      manifests.filter(({ kind }) => kind === 'Secret'),
      [],
    );
    const secretOf = (owner: string, variable: string) =>
      containerOf(manifests, owner).env?.find(({ name }) => name === variable)?.valueFrom?.secretKeyRef;
    assert.deepEqual(secretOf('StatefulSet caudal-kafka', 'CLUSTER_ID'), {
      name: 'my-kafka',
      key: 'cluster-id',
    });
    assert.deepEqual(secretOf('StatefulSet caudal-rabbitmq', 'ERLANG_COOKIE'), {
      name: 'my-rabbitmq',
      key: 'erlang-cookie',
    });
    assert.deepEqual(secretOf('Deployment caudal-ingest', 'RABBITMQ_PASSWORD'), {
      name: 'my-rabbitmq',
      key: 'ingest-password',
    });
    assert.deepEqual(secretOf('Deployment caudal-ingest', 'API_KEYS'), { name: 'my-keys', key: 'api-keys' });
    assert.deepEqual(secretOf('Deployment caudal-kafka-redis-consumer', 'STORE_PASSWORD'), {
      name: 'my-redis',
      key: 'consumer-password',
    });
    assert.deepEqual(secretOf('Deployment caudal-grafana', 'GF_SECURITY_ADMIN_PASSWORD'), {
      name: 'my-grafana',
      key: 'admin-password',
    });
  });

  it('of external servers may be one for each user, with keys of any name', async () => {
    const own = {
      ingest: { secret: 'user-ingest', key: 'password' },
      consumer: { secret: 'user-consumer', key: 'password' },
      console: { secret: 'user-console' },
    };
    const { ingest: _, ...ofStores } = own;
    const manifests = await render({
      presets: ['external'],
      values: {
        externalKafka: { sasl: { existingSecret: '', passwords: own } },
        externalRabbitmq: { passwords: { console: { key: 'pass' } } },
        externalValkey: { existingSecret: '', passwords: ofStores },
        externalRedis: { passwords: { consumer: { secret: 'user-redis' } } },
      },
    });
    const secretOf = (owner: string, variable: string) => {
      const { env } = containerOf(manifests, `Deployment caudal-${owner}`);
      const reference = env?.find(({ name }) => name === variable)?.valueFrom?.secretKeyRef;
      return reference && `${reference.name}/${reference.key}`;
    };
    assert.deepEqual(
      [
        secretOf('ingest', 'KAFKA_PASSWORD'),
        secretOf('kafka-redis-consumer', 'KAFKA_PASSWORD'),
        secretOf('console', 'KAFKA_PASSWORD'),
        secretOf('ingest', 'RABBITMQ_PASSWORD'),
        secretOf('console', 'RABBITMQ_PASSWORD'),
        secretOf('rabbitmq-valkey-consumer', 'STORE_PASSWORD'),
        secretOf('console', 'VALKEY_PASSWORD'),
        secretOf('kafka-redis-consumer', 'STORE_PASSWORD'),
        secretOf('console', 'REDIS_PASSWORD'),
      ],
      [
        'user-ingest/password',
        'user-consumer/password',
        'user-console/console-password',
        'caudal-rabbitmq/ingest-password',
        'caudal-rabbitmq/pass',
        'user-consumer/password',
        'user-console/console-password',
        'user-redis/consumer-password',
        'caudal-redis/console-password',
      ],
    );
  });

  it('give each service its own user, and no service another’s', async () => {
    const manifests = await render();
    for (const { owner, spec } of podsOf(manifests)) {
      const app = /(ingest|consumer|console)$/.exec(owner)?.[1];
      if (app === undefined) continue;
      for (const { valueFrom } of containersOf({ owner, spec } as never).flatMap(({ env = [] }) => env)) {
        if (valueFrom !== undefined) assert.equal(valueFrom.secretKeyRef?.key, `${app}-password`, owner);
      }
    }
  });

  it('go with the release, but for those without which kept volumes are of no use', async () => {
    const kept = async (options: object) =>
      (await render(options))
        .filter(({ metadata }) => metadata.annotations?.['helm.sh/resource-policy'] === 'keep')
        .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    const retain = { persistence: { whenDeleted: 'Retain' } };
    const servers = Object.fromEntries(['rabbitmq', 'valkey', 'redis'].map((server) => [server, retain]));
    assert.deepEqual(await kept({ values: servers }), []);
    assert.deepEqual(await kept({ values: { kafka: retain } }), ['Secret caudal-kafka-auth']);
    assert.deepEqual(await kept({ presets: ['ha'] }), ['Secret caudal-kafka-auth']);
    const claim = { kafka: { persistence: { existingClaim: 'mine' } } };
    assert.deepEqual(await kept({ values: claim }), ['Secret caudal-kafka-auth']);
    // Ignite's data hold its passwords: those of a new Secret would not open them.
    const ignite = { ...storesOn, ignite: { enabled: true, ...retain } };
    assert.deepEqual(await kept({ values: ignite }), ['Secret caudal-ignite-auth']);
    assert.deepEqual(await kept({ values: { ...storesOn, postgresql: { enabled: true, ...retain } } }), []);
    const own = { kafka: { ...retain, auth: { existingSecret: 'mine' } } };
    assert.deepEqual(await kept({ values: own }), []);
    const noVolume = { kafka: { persistence: { enabled: false, whenDeleted: 'Retain' } } };
    assert.deepEqual(await kept({ values: noVolume }), []);
    // Helm takes an object that exists for its own where label and annotations say so; the label is the chart's.
    const { labels } = find(
      await render({ values: { kafka: retain } }),
      'Secret',
      'caudal-kafka-auth',
    ).metadata;
    assert.equal(labels?.['app.kubernetes.io/managed-by'], 'Helm');
  });

  it('that stay are named by the notes, with the command that removes them', async () => {
    const notes = async (...flags: readonly string[]) => {
      const install = ['install', 'caudal', chart, '--namespace', 'test', '--dry-run=client'];
      const { ok, stdout, stderr } = await helm(...install, '--values', ownImageValues, ...flags);
      assert.ok(ok, stderr);
      const removing = stdout.indexOf('uninstall caudal');
      assert.ok(removing > 0, stdout);
      return stdout.slice(removing);
    };
    const removal = 'kubectl -n test delete secret caudal-kafka-auth';
    const volumes = 'kubectl -n test delete pvc -l app.kubernetes.io/instance=caudal';
    const byDefault = await notes();
    assert.ok(!byDefault.includes('delete secret') && !byDefault.includes('delete pvc'), byDefault);
    const stores = await notes('--set', 'redis.persistence.whenDeleted=Retain');
    assert.ok(stores.includes(volumes) && !stores.includes('delete secret'), stores);
    const kafka = await notes('--set', 'kafka.persistence.whenDeleted=Retain');
    assert.ok(kafka.includes(volumes) && kafka.includes(removal), kafka);
    const both = await notes(
      ...['--values', preset('stores'), '--set', 'ignite.persistence.whenDeleted=Retain'],
      ...['--set', 'kafka.persistence.whenDeleted=Retain'],
    );
    assert.ok(both.includes(`${removal} caudal-ignite-auth\n`), both);
    assert.ok(both.includes("and so is Ignite's Secret with the passwords that they hold"), both);
  });

  it('reach the services as files where asked, and as no variable then', async () => {
    const services = ['ingest', 'console', 'kafka-redis-consumer', 'rabbitmq-valkey-consumer'].map(
      (name) => `Deployment caudal-${name}`,
    );
    const apiKeys = { existingSecret: 'api', key: 'keys' };
    const values = { services: { ingest: { apiKeys, env: { KAFKA_PASSWORD: 'mine' } } } };
    const [asVariables, asFiles] = [
      await render({ values }),
      await render({ values: { ...values, secretsAsFiles: true } }),
    ];
    for (const owner of services) {
      const pod = podsOf(asFiles).find((candidate) => candidate.owner === owner);
      const { env = [], volumeMounts = [] } = containerOf(asFiles, owner);
      assert.deepEqual(
        env.filter(({ valueFrom }) => valueFrom !== undefined),
        [],
        owner,
      );
      assert.ok(
        volumeMounts.some(({ name, mountPath }) => name === 'secrets' && mountPath === '/etc/caudal/secrets'),
      );
      const volume = pod?.spec.volumes?.find(({ name }) => name === 'secrets') as {
        projected: { sources: { secret: { name: string; items: { key: string; path: string }[] } }[] };
      };
      const files = volume.projected.sources.flatMap(({ secret }) =>
        secret.items.map(({ key, path }) => `${path} ${secret.name} ${key}`),
      );
      const variables = (containerOf(asVariables, owner).env ?? []).flatMap(({ name, valueFrom }) =>
        valueFrom?.secretKeyRef
          ? [`${name} ${valueFrom.secretKeyRef.name} ${valueFrom.secretKeyRef.key}`]
          : [],
      );
      assert.ok(variables.length > 0);
      assert.deepEqual(files, variables);
      assert.deepEqual(
        env.filter(({ name }) => name.endsWith('_FILE')).map(({ name, value }) => `${name} ${value}`),
        files.map((file) => file.split(' ')[0]).map((name) => `${name}_FILE /etc/caudal/secrets/${name}`),
      );
    }
    const own = containerOf(asFiles, 'Deployment caudal-ingest').env?.filter(({ name }) =>
      name.startsWith('KAFKA_PASSWORD'),
    );
    assert.deepEqual(own, [{ name: 'KAFKA_PASSWORD', value: 'mine' }]);
  });

  it('are read from the files by the services', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'caudal-secrets-'));
    try {
      const manifests = await render({ values: { secretsAsFiles: true } });
      const environment = async (owner: string) => {
        const plain = environmentOf(manifests, owner);
        const files = Object.entries(plain).filter(([, value]) => value.startsWith('/etc/caudal/secrets/'));
        for (const [name, value] of files)
          await writeFile(join(directory, basename(value)), `${name} content`);
        return {
          ...plain,
          ...Object.fromEntries(files.map(([name, value]) => [name, join(directory, basename(value))])),
        };
      };
      const consumer = loadConfig(await environment('Deployment caudal-rabbitmq-valkey-consumer'));
      assert.match(consumer.store.settings.url, /consumer:STORE_PASSWORD_FILE%20content@/);
      const lanes = parseConsoleConfig(await environment('Deployment caudal-console')).lanes;
      assert.deepEqual(
        lanes.map(({ store }) => new URL(store.settings.url).password),
        ['REDIS_PASSWORD_FILE%20content', 'VALKEY_PASSWORD_FILE%20content'],
      );
      const { broker } = loadConfig(await environment('Deployment caudal-kafka-redis-consumer'));
      assert.ok(broker.name === 'kafka');
      assert.equal(broker.settings.sasl?.password, 'KAFKA_PASSWORD_FILE content');
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('are named in the lanes of the console, which may hold characters that JSON escapes', async () => {
    const { env = [] } = containerOf(await render(), 'Deployment caudal-console');
    const at = (name: string) => env.findIndex((variable) => variable.name === name);
    assert.deepEqual(JSON.parse(env[at('LANES')]?.value ?? ''), [
      {
        name: 'kafka-redis',
        broker: 'kafka',
        store: 'redis',
        storeUrl: 'redis://caudal-redis:6379',
        storeUsername: 'console',
        storePasswordEnv: 'REDIS_PASSWORD',
      },
      {
        name: 'rabbitmq-valkey',
        broker: 'rabbitmq',
        store: 'valkey',
        storeUrl: 'redis://caudal-valkey:6379',
        storeUsername: 'console',
        storePasswordEnv: 'VALKEY_PASSWORD',
      },
    ]);
    for (const name of ['REDIS_PASSWORD', 'VALKEY_PASSWORD']) assert.ok(at(name) >= 0, name);
  });
});
