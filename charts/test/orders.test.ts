import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readDatabaseSettings } from '../../services/common/src/postgresql/index.ts';
import { parseApiConfig } from '../../services/orders/src/api/config.ts';
import { readOrderTopics } from '../../services/orders/src/database/order-topics.ts';
import { loadNotifierConfig } from '../../services/orders/src/notifier/config.ts';
import { loadConfig as loadProcessorConfig } from '../../services/orders/src/processor/config.ts';
import { loadSchemaConfig } from '../../services/orders/src/schema/config.ts';
import { DEFAULT_ROLES } from '../../services/orders/src/schema/rights.ts';
import { find, type Manifest, names, render } from './support/manifests.ts';
import { containerOf, environmentOf, plainEnvironment, podsOf, secretOf } from './support/pods.ts';
import { mailServer, ordersOn, toggles } from './support/toggles.ts';

const API = 'Deployment caudal-orders-api';
const PROCESSOR = 'Deployment caudal-orders-processor';
const NOTIFIER = 'Deployment caudal-orders-notifier';
const MAILBOX = 'StatefulSet caudal-orders-mailbox';
const SCHEMA = 'Deployment caudal-postgresql-schema';
/** Users of Kafka and PostgreSQL, by workload. */
const USERS = { [API]: 'orders-api', [PROCESSOR]: 'orders-processor', [NOTIFIER]: 'orders-notifier' };

const plain = (manifests: readonly Manifest[], owner: string) =>
  plainEnvironment(containerOf(manifests, owner));
const withOrders = (orders: object, more: object = {}) =>
  render({ values: { ...ordersOn, orders: { ...ordersOn.orders, ...orders }, ...more } });

describe('the shop', () => {
  it('is not there unless it is on, not even in a file', async () => {
    for (const options of [{}, { presets: ['ha'] }]) {
      const text = JSON.stringify(await render(options));
      assert.doesNotMatch(text, /orders|compra_|mailbox/);
    }
    assert.doesNotMatch(JSON.stringify(await render(toggles.stores)), /orders|compra_|mailbox/);
  });

  it('is an API, a processor and a notifier, with a mailbox where there is no mail server', async () => {
    const added = async (options: object) => {
      const before = [...names(await render(), 'Deployment'), ...names(await render(), 'StatefulSet')];
      const manifests = await render(options);
      return [...names(manifests, 'Deployment'), ...names(manifests, 'StatefulSet')].filter(
        (name) => !before.includes(name),
      );
    };
    const always = ['caudal-orders-api', 'caudal-orders-notifier', 'caudal-orders-processor'];
    const own = ['caudal-postgresql-schema', 'caudal-postgresql'];
    assert.deepEqual(
      (await added(toggles.orders ?? {})).sort(),
      [...always, ...own, 'caudal-orders-mailbox'].sort(),
    );
    assert.deepEqual(
      (await added(toggles['orders with a mail server'] ?? {})).sort(),
      [...always, ...own].sort(),
    );
    assert.deepEqual(
      (await added(toggles['orders on external servers'] ?? {})).sort(),
      [...always, 'caudal-postgresql-schema'].sort(),
    );
  });

  it('runs programs that the image has, each with what it has to do', async () => {
    const manifests = await render(toggles.orders);
    for (const [owner, part] of [
      [API, 'api'],
      [PROCESSOR, 'processor'],
      [NOTIFIER, 'notifier'],
      [MAILBOX, 'mailbox'],
    ] as const)
      assert.deepEqual(containerOf(manifests, owner).command, [
        'node',
        '--max-old-space-size-percentage=50',
        `services/orders/src/${part}/main.ts`,
      ]);
    assert.match(
      containerOf(manifests, SCHEMA).args?.[0] ?? '',
      /^\s+node --max-old-space-size-percentage=50 services\/orders\/src\/schema\/main\.ts & wait/m,
    );
  });

  it('has a configuration that its services accept, whatever is switched on', async () => {
    for (const toggle of [
      'orders',
      'orders with a mail server',
      'orders on external servers',
      'everything',
    ]) {
      const manifests = await render(toggles[toggle]);
      const { pageDirectory, catalogue } = parseApiConfig(environmentOf(manifests, API));
      assert.equal(pageDirectory, '/app/services/orders/web/dist');
      assert.equal(catalogue.file !== undefined, toggle === 'everything');
      assert.equal(loadProcessorConfig(environmentOf(manifests, PROCESSOR)).stepMs, 8_000);
      const { smtp } = loadNotifierConfig(environmentOf(manifests, NOTIFIER));
      assert.equal(smtp.host, toggle.includes('server') ? mailServer.host : 'caudal-orders-mailbox');
    }
  });

  it('has its own user at Kafka and PostgreSQL for each service, and reads nothing of lanes', async () => {
    for (const toggle of ['orders', 'orders alone on Kafka'] as const) {
      const manifests = await render(toggles[toggle]);
      for (const [owner, user] of Object.entries(USERS)) {
        const environment = environmentOf(manifests, owner);
        assert.equal(secretOf(manifests, owner, 'KAFKA_PASSWORD'), `caudal-kafka-auth/${user}-password`);
        assert.equal(
          secretOf(manifests, owner, 'POSTGRESQL_PASSWORD'),
          `caudal-postgresql-auth/${user}-password`,
        );
        const { orders, confirmed } = readOrderTopics(environment, owner);
        for (const { settings } of [orders, confirmed]) {
          assert.deepEqual([settings.brokers, settings.sasl?.username], [['caudal-kafka:9092'], user]);
          assert.deepEqual([settings.topology, settings.partitions], ['check', 12]);
          assert.equal(settings.sessionTimeoutMs, owner === API ? 6_000 : 3_000);
        }
        assert.deepEqual(
          Object.keys(environment).filter((name) => /^KAFKA_(TOPIC|GROUP|DEAD_LETTER_TOPIC)$/.test(name)),
          [],
        );
        const { href, host, username } = new URL(readDatabaseSettings(environment, owner).url);
        assert.equal(host, 'caudal-postgresql:5432', href);
        assert.equal(username, DEFAULT_ROLES[user.slice('orders-'.length) as keyof typeof DEFAULT_ROLES]);
      }
    }
  });

  it('has its schemas made by the owner alone, for the roles that its services log in as', async () => {
    const manifests = await render(toggles.orders);
    const { settings, roles } = loadSchemaConfig(environmentOf(manifests, SCHEMA));
    assert.deepEqual([new URL(settings.url).username, roles], ['caudal_owner', DEFAULT_ROLES]);
    assert.equal(secretOf(manifests, SCHEMA, 'POSTGRESQL_PASSWORD'), 'caudal-postgresql-auth/owner-password');
    // Neither does it make the schema of a lane where there is none, nor leave one out where there is.
    const script = (options: readonly Manifest[]) => containerOf(options, SCHEMA).args?.[0] ?? '';
    assert.doesNotMatch(script(manifests), /for prefix/);
    const both = await render({ presets: ['stores', 'orders'] });
    assert.match(script(both), /for prefix in 'kafka-postgresql:' ; do/);
    assert.match(script(both), /services\/orders\/src\/schema/);
    assert.equal(plain(both, SCHEMA).STORE_USERNAME, 'caudal_owner');
    assert.equal(plain(both, SCHEMA).POSTGRESQL_USERNAME, 'caudal_owner');
  });

  it('may be on servers outside, with roles and users of any name', async () => {
    const roles = { 'orders-api': 'shop_api', 'orders-processor': 'shop_p', 'orders-notifier': 'shop_n' };
    const options = toggles['orders on external servers'] ?? {};
    const usernames = { ...roles, owner: 'shop_owner' };
    const manifests = await render({
      ...options,
      values: {
        ...(options.values as object),
        externalPostgresql: {
          url: 'postgresql://p.example.com:6432/app',
          usernames,
          passwords: { 'orders-api': { secret: 'api-only', key: 'pw' } },
          existingSecret: 'mine',
          caSecret: 'my-ca',
        },
        externalKafka: { sasl: { usernames: { 'orders-processor': 'KEY' } } },
      },
    });
    for (const [owner, user] of Object.entries(USERS)) {
      const environment = plain(manifests, owner);
      assert.equal(environment.POSTGRESQL_URL, 'postgresql://p.example.com:6432/app');
      assert.equal(environment.POSTGRESQL_USERNAME, roles[user as keyof typeof roles]);
      assert.equal(environment.POSTGRESQL_CA_FILE, '/etc/caudal/ca/postgresql/ca.crt');
      assert.equal(environment.KAFKA_USERNAME, owner === PROCESSOR ? 'KEY' : user);
      assert.equal(environment.KAFKA_SESSION_TIMEOUT_MS, undefined);
      assert.equal(secretOf(manifests, owner, 'KAFKA_PASSWORD'), `caudal-kafka/${user}-password`);
      const { volumes = [] } = podsOf(manifests).find((pod) => pod.owner === owner)?.spec ?? {};
      assert.deepEqual(volumes.find(({ name }) => name === 'ca-postgresql')?.secret, {
        secretName: 'my-ca',
        items: [{ key: 'ca.crt', path: 'ca.crt' }],
      });
    }
    assert.equal(secretOf(manifests, API, 'POSTGRESQL_PASSWORD'), 'api-only/pw');
    assert.equal(secretOf(manifests, NOTIFIER, 'POSTGRESQL_PASSWORD'), 'mine/orders-notifier-password');
    const schema = plain(manifests, SCHEMA);
    assert.deepEqual(
      [schema.POSTGRESQL_USERNAME, schema.ORDERS_SCHEMA_ROLES, schema.POSTGRESQL_CA_FILE],
      ['shop_owner', 'shop_api,shop_p,shop_n', '/etc/caudal/ca/store/ca.crt'],
    );
    const checked = await render({
      ...options,
      values: {
        ...(options.values as object),
        externalPostgresql: { url: 'postgresql://p/app', schema: 'check', existingSecret: 'mine' },
      },
    });
    assert.ok(!names(checked, 'Deployment').includes('caudal-postgresql-schema'));
  });

  it('takes its settings from the values', async () => {
    const manifests = await withOrders({
      stepMs: 2_000,
      retentionDays: 7,
      allowedRecipients: '@mine\\.example$',
      defaultEmail: 'me@mine.example',
      catalogue: { rows: 100, seed: 7 },
      processor: { tickMaxOrders: 9, replicas: 3 },
      notifier: {
        mailsPerRecipientPerMinute: 0,
        maxAttempts: 2,
        env: { SMTP_CONNECTIONS: 9, MAIL_LEASE_MS: 5_000 },
      },
    });
    const [api, processor, notifier] = [API, PROCESSOR, NOTIFIER].map((owner) => plain(manifests, owner));
    assert.deepEqual(
      [
        api?.ALLOWED_RECIPIENTS,
        api?.DEFAULT_EMAIL,
        api?.CATALOGUE_ROWS,
        api?.CATALOGUE_SEED,
        api?.CATALOGUE_FILE,
      ],
      ['@mine\\.example$', 'me@mine.example', '100', '7', undefined],
    );
    assert.deepEqual(
      [processor?.STEP_MS, processor?.RETENTION_DAYS, processor?.TICK_MAX_ORDERS],
      ['2000', '7', '9'],
    );
    assert.equal(find(manifests, 'Deployment', 'caudal-orders-processor').spec?.replicas, 3);
    assert.ok(!('replicas' in (find(manifests, 'Deployment', 'caudal-orders-notifier').spec ?? {})));
    assert.deepEqual(
      [notifier?.MAILS_PER_RECIPIENT_PER_MINUTE, notifier?.MAIL_MAX_ATTEMPTS, notifier?.RETENTION_DAYS],
      ['0', '2', '7'],
    );
    assert.deepEqual([notifier?.SMTP_CONNECTIONS, notifier?.MAIL_LEASE_MS], ['9', '5000']);
  });

  it('sells the games of a ConfigMap where there is one', async () => {
    const manifests = await withOrders({
      catalogue: { existingConfigMap: 'my-games', key: 'steam.csv', skipBad: true },
    });
    const { CATALOGUE_FILE, CATALOGUE_SKIP_BAD, CATALOGUE_ROWS } = plain(manifests, API);
    assert.deepEqual(
      [CATALOGUE_FILE, CATALOGUE_SKIP_BAD, CATALOGUE_ROWS],
      ['/etc/caudal/catalogue/steam.csv', 'true', undefined],
    );
    const { volumes = [] } = podsOf(manifests).find(({ owner }) => owner === API)?.spec ?? {};
    assert.deepEqual(volumes.find(({ name }) => name === 'catalogue')?.configMap, {
      name: 'my-games',
      items: [{ key: 'steam.csv', path: 'steam.csv' }],
    });
    assert.deepEqual(
      containerOf(manifests, API).volumeMounts?.map(({ mountPath }) => mountPath),
      ['/etc/caudal/catalogue'],
    );
  });
});
