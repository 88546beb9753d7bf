import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONFIRMED_TOPIC, ORDERS_TOPIC } from '../../services/orders/src/domain/records.ts';
import { DEFAULT_ROLES } from '../../services/orders/src/schema/rights.ts';
import { find, type Manifest, names, render } from './support/manifests.ts';
import { ordersTopology } from './support/orders-topology.ts';
import { containerOf, containersOf, plainEnvironment, podsOf } from './support/pods.ts';
import { allowedPairs } from './support/policies.ts';
import { mailServer, ordersOn, toggles } from './support/toggles.ts';

const script = (manifests: readonly Manifest[]) =>
  find(manifests, 'ConfigMap', 'caudal-kafka-topology').data?.['declare-topology.mjs'] ?? '';

describe('rights of the shop in Kafka', () => {
  it('are for its own topics, with what each service does there and nothing else', async () => {
    const { topics, rights } = await ordersTopology();
    const dead = (topic: string) => `${topic}.dead`;
    assert.deepEqual(
      topics.map(({ topic }) => topic),
      [ORDERS_TOPIC, dead(ORDERS_TOPIC), CONFIRMED_TOPIC, dead(CONFIRMED_TOPIC)],
    );
    const may = (user: string, operation: string) =>
      rights
        .filter(([of, , , operations]) => of === user && operations.includes(operation))
        .map(([, type, name]) => `${type} ${name}`);
    assert.deepEqual(may('orders-api', 'write'), [`topic ${ORDERS_TOPIC}`]);
    assert.deepEqual(may('orders-api', 'read'), []);
    assert.deepEqual(may('orders-processor', 'write'), [
      `topic ${dead(ORDERS_TOPIC)}`,
      `topic ${CONFIRMED_TOPIC}`,
    ]);
    assert.deepEqual(may('orders-processor', 'read'), [
      `topic ${ORDERS_TOPIC}`,
      'group caudal-orders-processor',
    ]);
    assert.deepEqual(may('orders-notifier', 'write'), [`topic ${dead(CONFIRMED_TOPIC)}`]);
    assert.deepEqual(may('orders-notifier', 'read'), [
      `topic ${CONFIRMED_TOPIC}`,
      'group caudal-orders-notifier',
    ]);
    const operations = new Set(rights.flatMap(([, , , each]) => each));
    assert.deepEqual([...operations].sort(), ['describe', 'describe_configs', 'read', 'write']);
    assert.deepEqual(
      [...new Set(rights.map(([user]) => user))],
      Object.keys(DEFAULT_ROLES).map((role) => `orders-${role}`),
    );
  });

  it('are declared with the others, by a script that is the usual one with four changes', async () => {
    const [usual, changed] = [script(await render()), script(await render(toggles.orders))];
    const lines = (text: string) => text.split('\n').map((line) => line.trim());
    const added = lines(changed).filter((line) => !lines(usual).includes(line));
    assert.deepEqual(added, [
      "const orders = await import('./orders-topology.mjs');",
      "const [DEAD_LETTER_TOPICS, GROUPS] = [environment.DEAD_LETTER_TOPICS, environment.GROUPS].map((names) => names.split(',').filter(Boolean));",
      '...orders.topics(Number(environment.PARTITIONS)),',
      '...orders.rights(AclResourceTypes, AclOperationTypes),',
    ]);
    const at = (text: string) => lines(changed).indexOf(text);
    assert.ok(
      at('...orders.topics(Number(environment.PARTITIONS)),') <
        at('const { TOPIC: topic, GROUP: group } = AclResourceTypes;'),
    );
    assert.ok(at('...orders.rights(AclResourceTypes, AclOperationTypes),') > at('const rights = ['));
    assert.ok(
      'orders-topology.mjs' in
        (find(await render(toggles.orders), 'ConfigMap', 'caudal-kafka-topology').data ?? {}),
    );
    // No lane reads Kafka: there are no dead letters of lanes, and none must be made of an empty name.
    const { DEAD_LETTER_TOPICS } = plainEnvironment(
      containerOf(await render(toggles['orders alone on Kafka']), 'Deployment caudal-kafka-topology'),
    );
    assert.equal(DEAD_LETTER_TOPICS, '');
  });

  it('need passwords that the broker knows, and restart it when they come', async () => {
    const manifests = await render(toggles.orders);
    const start = find(manifests, 'ConfigMap', 'caudal-kafka').data?.['start.sh'] ?? '';
    for (const [user, variable] of [
      ['orders-api', 'ORDERS_API_PASSWORD'],
      ['orders-processor', 'ORDERS_PROCESSOR_PASSWORD'],
      ['orders-notifier', 'ORDERS_NOTIFIER_PASSWORD'],
    ] as const) {
      assert.ok(start.includes(`user_${user}=\\"$${variable}\\"`), start);
      assert.match(start, new RegExp(`^  check_passwords .* ${variable}\\b`, 'm'));
      assert.match(start, new RegExp(`^  unset .* ${variable}\\b`, 'm'));
      const { env = [] } = containerOf(manifests, 'StatefulSet caudal-kafka');
      assert.equal(
        env.find(({ name }) => name === variable)?.valueFrom?.secretKeyRef?.key,
        `${user}-password`,
      );
    }
    const checksum = async (options: object) =>
      podsOf(await render(options)).find(({ owner }) => owner === 'StatefulSet caudal-kafka')?.annotations;
    assert.notDeepEqual(await checksum({}), await checksum(toggles.orders ?? {}));
    assert.deepEqual(await checksum({}), await checksum(toggles.stores ?? {}));
  });
});

describe('roles of the shop in PostgreSQL', () => {
  it('are made and let in where it is on, and are not known where it is off', async () => {
    const [on, off] = [await render(toggles.orders), await render(toggles.stores)];
    const hba = (manifests: readonly Manifest[]) =>
      find(manifests, 'ConfigMap', 'caudal-postgresql').data?.['pg_hba.conf'] ?? '';
    const roles = Object.values(DEFAULT_ROLES);
    assert.match(
      hba(on),
      new RegExp(
        `^host caudal caudal_owner,caudal_consumer,caudal_console,${roles.join()} all scram-sha-256$`,
        'm',
      ),
    );
    assert.match(hba(off), /^host caudal caudal_owner,caudal_consumer,caudal_console all scram-sha-256$/m);
    const { env = [] } = containerOf(on, 'StatefulSet caudal-postgresql');
    const later = env.find(({ name }) => name === 'LATER_ROLES')?.value?.split(' ') ?? [];
    assert.deepEqual(
      later.map((role) => `caudal_${role}`),
      roles,
    );
    for (const role of later)
      assert.ok(
        env.some(({ name }) => name === `${role.toUpperCase()}_PASSWORD`),
        role,
      );
    assert.equal(plainEnvironment(containerOf(off, 'StatefulSet caudal-postgresql')).LATER_ROLES, undefined);
  });
});

describe('secrets of the shop', () => {
  it('are each known to those who need it', async () => {
    const manifests = await render(toggles.orders);
    const readers = new Map<string, string[]>();
    for (const pod of podsOf(manifests))
      for (const { valueFrom } of containersOf(pod).flatMap(({ env = [] }) => env)) {
        const { name = '', key = '' } = valueFrom?.secretKeyRef ?? {};
        if (/orders/.test(`${name}${key}`))
          readers.set(`${name}/${key}`, [...(readers.get(`${name}/${key}`) ?? []), pod.owner]);
      }
    const services = {
      api: 'Deployment caudal-orders-api',
      processor: 'Deployment caudal-orders-processor',
      notifier: 'Deployment caudal-orders-notifier',
    };
    const expected = Object.entries(services).flatMap(([part, owner]) =>
      ['kafka', 'postgresql'].map(
        (server) =>
          [
            `caudal-${server}-auth/orders-${part}-password`,
            [owner, `StatefulSet caudal-${server}`].sort(),
          ] as const,
      ),
    );
    assert.deepEqual(
      new Map([...readers].map(([secret, owners]) => [secret, owners.sort()])),
      new Map([
        ...expected,
        ['caudal-orders-auth/order-id-secret', [services.api]],
        ['caudal-orders-auth/mailbox-password', [services.notifier, 'StatefulSet caudal-orders-mailbox']],
      ]),
    );
  });

  it('are made once, long enough, or taken from a Secret that is there', async () => {
    const { data = {} } = find(await render(toggles.orders), 'Secret', 'caudal-orders-auth');
    for (const value of Object.values(data))
      assert.match(Buffer.from(value, 'base64').toString(), /^[A-Za-z0-9]{32}$/);
    const manifests = await render(toggles['orders with existing Secrets']);
    assert.ok(!names(manifests, 'Secret').includes('caudal-orders-auth'));
    const secretOf = (owner: string, variable: string) =>
      containerOf(manifests, owner).env?.find(({ name }) => name === variable)?.valueFrom?.secretKeyRef;
    assert.deepEqual(secretOf('Deployment caudal-orders-api', 'ORDER_ID_SECRET'), {
      name: 'my-orders',
      key: 'order-id-secret',
    });
    assert.deepEqual(secretOf('Deployment caudal-orders-api', 'API_KEYS'), {
      name: 'my-order-keys',
      key: 'api-keys',
    });
    assert.deepEqual(secretOf('StatefulSet caudal-orders-mailbox', 'MAILBOX_PASSWORD'), {
      name: 'my-orders',
      key: 'mailbox-password',
    });
  });

  it('may be files', async () => {
    const manifests = await render({ values: { ...ordersOn, secretsAsFiles: true } });
    for (const owner of ['Deployment caudal-orders-api', 'StatefulSet caudal-orders-mailbox']) {
      const { env = [], volumeMounts = [] } = containerOf(manifests, owner);
      assert.deepEqual(
        env.filter(({ valueFrom }) => valueFrom !== undefined),
        [],
      );
      assert.ok(
        env.some(({ name }) => /^(ORDER_ID_SECRET|MAILBOX_PASSWORD)_FILE$/.test(name)),
        owner,
      );
      assert.ok(
        volumeMounts.some(({ mountPath }) => mountPath === '/etc/caudal/secrets'),
        owner,
      );
    }
  });
});

describe('connections of the shop', () => {
  const pairs = async (values: object) =>
    allowedPairs(await render({ values: { networkPolicy: { enabled: true }, ...values } }));

  it('are exactly those that it needs, with a mailbox that connects to no one', async () => {
    const before = await pairs({});
    const services = ['orders-api', 'orders-processor', 'orders-notifier'];
    const every = [...services, 'orders-mailbox'];
    assert.deepEqual(
      (await pairs(ordersOn)).filter((pair) => !before.includes(pair)),
      [
        'anyone → orders-api:8082',
        'anyone → orders-mailbox:8083',
        'loadtest → orders-api:8082',
        'orders-notifier → orders-mailbox:1025',
        'postgresql-schema → postgresql:5432',
        'test → orders-api:8082',
        ...services.flatMap((name) => [`${name} → kafka:9092`, `${name} → postgresql:5432`]),
        ...every.flatMap((name) => [`prometheus → ${name}:9090`, `test → ${name}:9090`]),
        ...[...services, 'postgresql', 'postgresql-schema'].map((name) => `${name} → anywhere:53`),
      ].sort(),
    );
  });

  it('lead to a mail server of your own on its port, to the one that is named', async () => {
    const outside = {
      orders: { enabled: true, smtp: { ...mailServer, port: 465 } },
      postgresql: { enabled: true },
    };
    const found = (await pairs(outside)).filter((pair) => /anywhere:(?!53$)/.test(pair));
    assert.deepEqual(found, ['orders-notifier → anywhere:465']);
    const smtp = [{ ipBlock: { cidr: '192.0.2.1/32' } }];
    const clients = [{ namespaceSelector: { matchLabels: { team: 'staff' } } }];
    const manifests = await render({
      values: {
        ...outside,
        networkPolicy: { enabled: true, external: { smtp }, clientsOf: { 'orders-api': clients } },
      },
    });
    const { egress = [] } = find(manifests, 'NetworkPolicy', 'caudal-orders-notifier').spec as {
      egress?: readonly unknown[];
    };
    assert.deepEqual(egress.at(-1), { ports: [{ port: 465 }], to: smtp });
    const { ingress = [] } = find(manifests, 'NetworkPolicy', 'caudal-orders-api').spec as {
      ingress?: readonly unknown[];
    };
    assert.deepEqual(ingress[0], { ports: [{ port: 8_082 }], from: clients });
  });
});
