import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ServerAddresses } from '../../../../../tools/servers/servers.ts';
import type { ServiceSource } from '../../../src/stack/service-spec.ts';
import { API, MAILBOX, NOTIFIER, ordersServices, PROCESSOR } from '../../../src/workloads/orders/services.ts';

const ADDRESSES = {
  kafka: { brokers: 'k:1' },
  postgresql: {
    url: 'postgresql://owner@p/caudal',
    orders: {
      apiUrl: 'postgresql://api@p/caudal',
      processorUrl: 'postgresql://processor@p/caudal',
      notifierUrl: 'postgresql://notifier@p/caudal',
    },
  },
} as ServerAddresses;
const PORTS: Readonly<Record<string, number>> = { [API]: 8082, [MAILBOX]: 8083, [`${MAILBOX} smtp`]: 2525 };
const SOURCE: ServiceSource = {
  addresses: ADDRESSES,
  logLevel: 'info',
  operationsPort: 1,
  httpPort: 2,
  portOf: (service, port) => PORTS[port === undefined ? service : `${service} ${port}`] ?? 0,
};
const environmentOf = (name: string, options: Parameters<typeof ordersServices>[0] = {}) =>
  ordersServices(options)
    .find((service) => service.name === name)
    ?.environment(SOURCE) ?? {};

describe('ordersServices', () => {
  it('are the entry, the workers, and a mailbox that is stopped last', () => {
    assert.deepEqual(
      ordersServices().map(({ name, role, replicas }) => [name, role, replicas]),
      [
        [API, 'entry', 1],
        [PROCESSOR, 'worker', 2],
        [NOTIFIER, 'worker', 1],
        [MAILBOX, 'reader', 1],
      ],
    );
  });

  it('log in as the role of each, and none as the owner', () => {
    const urls = [API, PROCESSOR, NOTIFIER].map((name) => environmentOf(name).POSTGRESQL_URL);
    assert.deepEqual(urls, Object.values(ADDRESSES.postgresql.orders));
    assert.equal(environmentOf(MAILBOX).POSTGRESQL_URL, undefined);
  });

  it('send one of them through a proxy, and only that one', () => {
    const databaseUrls = { notifier: 'postgresql://proxy/caudal' };
    assert.equal(environmentOf(NOTIFIER, { databaseUrls }).POSTGRESQL_URL, 'postgresql://proxy/caudal');
    assert.equal(environmentOf(API, { databaseUrls }).POSTGRESQL_URL, 'postgresql://api@p/caudal');
  });

  it('know each other: mails go to the mailbox and link to the shop, whose page links to the mailbox', () => {
    const { SMTP_HOST, SMTP_PORT, PUBLIC_URL } = environmentOf(NOTIFIER);
    assert.deepEqual([SMTP_HOST, SMTP_PORT, PUBLIC_URL], ['127.0.0.1', '2525', 'http://localhost:8082']);
    assert.equal(environmentOf(MAILBOX).SMTP_PORT, '2525');
    assert.equal(environmentOf(API).MAILBOX_URL, 'http://localhost:8083');
  });

  it('share a secret for the ids of orders, which nothing else has', () => {
    const [api] = ordersServices();
    const secret = api?.environment(SOURCE).ORDER_ID_SECRET ?? '';
    assert.ok(secret.length >= 32);
    assert.equal(api?.environment(SOURCE).ORDER_ID_SECRET, secret);
    assert.notEqual(environmentOf(API).ORDER_ID_SECRET, secret);
    for (const name of [PROCESSOR, NOTIFIER, MAILBOX])
      assert.equal(environmentOf(name).ORDER_ID_SECRET, undefined);
  });

  it('take the step, the mailbox’s file and its dial', () => {
    assert.equal(environmentOf(PROCESSOR, { stepMs: 250 }).STEP_MS, '250');
    const { MAILBOX_FILE, MAILBOX_DIAL } = environmentOf(MAILBOX, { mailboxFile: '/m', dial: 'on' });
    assert.deepEqual([MAILBOX_FILE, MAILBOX_DIAL], ['/m', 'on']);
    assert.equal(environmentOf(MAILBOX).MAILBOX_DIAL, 'off');
  });
});
