import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadMailboxConfig } from '../../services/orders/src/mailbox/config.ts';
import { find, type Manifest, render } from './support/manifests.ts';
import { containerOf, environmentOf, plainEnvironment, secretOf } from './support/pods.ts';
import { ordersOn, toggles } from './support/toggles.ts';

const NOTIFIER = 'Deployment caudal-orders-notifier';
const MAILBOX = 'StatefulSet caudal-orders-mailbox';

const plain = (manifests: readonly Manifest[], owner: string) =>
  plainEnvironment(containerOf(manifests, owner));
const withOrders = (orders: object, more: object = {}) =>
  render({ values: { ...ordersOn, orders: { ...ordersOn.orders, ...orders }, ...more } });

describe('the mails of the shop', () => {
  it('go to the mailbox, with a password that both know', async () => {
    const manifests = await render(toggles.orders);
    const { smtp, http, login, file, hasDial, tls } = loadMailboxConfig(environmentOf(manifests, MAILBOX));
    const notifier = plain(manifests, NOTIFIER);
    assert.deepEqual(
      [notifier.SMTP_HOST, notifier.SMTP_PORT, notifier.SMTP_SECURITY, notifier.SMTP_USERNAME],
      ['caudal-orders-mailbox', String(smtp.port), 'none', login?.username],
    );
    assert.equal(secretOf(manifests, NOTIFIER, 'SMTP_PASSWORD'), 'caudal-orders-auth/mailbox-password');
    assert.equal(secretOf(manifests, MAILBOX, 'MAILBOX_PASSWORD'), 'caudal-orders-auth/mailbox-password');
    assert.deepEqual([hasDial, tls], [false, undefined]);
    const { ports } = find(manifests, 'Service', 'caudal-orders-mailbox').spec as {
      ports: readonly { name: string; port: number; targetPort: string }[];
    };
    assert.deepEqual(
      ports.map(({ name, port, targetPort }) => [name, port, targetPort]),
      [
        ['http', 80, 'http'],
        ['smtp', smtp.port, 'smtp'],
      ],
    );
    const { ports: own = [], volumeMounts = [] } = containerOf(manifests, MAILBOX);
    assert.deepEqual(
      own.map(({ name, containerPort }) => [name, containerPort]),
      [
        ['http', http.port],
        ['smtp', smtp.port],
        ['ops', 9_090],
      ],
    );
    assert.ok(
      volumeMounts.some(({ name, mountPath }) => name === 'data' && file.path.startsWith(`${mountPath}/`)),
    );
  });

  it('stay on a volume of the mailbox, or go with its pod', async () => {
    const spec = async (persistence: object) =>
      find(
        await withOrders({ mailbox: { enabled: true, persistence } }),
        'StatefulSet',
        'caudal-orders-mailbox',
      ).spec;
    const kept = await spec({});
    assert.equal((kept?.volumeClaimTemplates as readonly unknown[] | undefined)?.length, 1);
    assert.deepEqual([kept?.replicas, kept?.serviceName], [1, 'caudal-orders-mailbox-ops']);
    const volumesOf = (found: typeof kept) =>
      (found?.template as { spec?: { volumes?: readonly { name: string }[] } } | undefined)?.spec?.volumes ??
      [];
    const gone = await spec({ enabled: false, size: '2Gi' });
    assert.equal(gone?.volumeClaimTemplates, undefined);
    assert.deepEqual(volumesOf(gone), [{ name: 'data', emptyDir: { sizeLimit: '2Gi' } }]);
    assert.deepEqual(volumesOf(await spec({ existingClaim: 'mine' })), [
      { name: 'data', persistentVolumeClaim: { claimName: 'mine' } },
    ]);
  });

  it('go to a mail server of your own, in the way it wants', async () => {
    const manifests = await render(toggles['orders with a mail server']);
    const notifier = plain(manifests, NOTIFIER);
    assert.deepEqual(
      [
        notifier.SMTP_HOST,
        notifier.SMTP_PORT,
        notifier.SMTP_SECURITY,
        notifier.SMTP_USERNAME,
        notifier.MAIL_FROM,
      ],
      ['smtp.example.org', '587', 'starttls', 'shop', 'shop@example.org'],
    );
    assert.equal(secretOf(manifests, NOTIFIER, 'SMTP_PASSWORD'), 'my-smtp/password');
    assert.equal(notifier.SMTP_CA_FILE, '/etc/caudal/ca/smtp/ca.crt');
    const open = { host: 'mailpit', port: 1_025, security: 'none', from: 'a@example.org' };
    const mailpit = await render({
      values: { orders: { enabled: true, smtp: open }, postgresql: { enabled: true } },
    });
    assert.deepEqual(
      ['SMTP_USERNAME', 'SMTP_CA_FILE'].map((name) => plain(mailpit, NOTIFIER)[name]),
      [undefined, undefined],
    );
    assert.equal(secretOf(mailpit, NOTIFIER, 'SMTP_PASSWORD'), undefined);
    assert.deepEqual(Object.keys(find(mailpit, 'Secret', 'caudal-orders-auth').data ?? {}), [
      'order-id-secret',
    ]);
  });

  it('link to where the shop is', async () => {
    const urlOf = async (orders: object, more: object = {}) =>
      plain(await withOrders(orders, more), NOTIFIER).PUBLIC_URL;
    const ingress = (route: object, more: object = {}) => ({
      ingress: {
        enabled: true,
        routes: [{ host: 'api.example.com', path: '/', service: 'ingest' }, route],
        ...more,
      },
    });
    const shop = { host: 'shop.example.com', path: '/', service: 'orders-api' };
    assert.equal(await urlOf({}), 'http://localhost:8082');
    assert.equal(await urlOf({}, ingress(shop)), 'http://shop.example.com');
    assert.equal(
      await urlOf({}, ingress({ ...shop, path: '/a/' }, { tls: [{ secretName: 'tls' }] })),
      'https://shop.example.com/a',
    );
    assert.equal(await urlOf({}, ingress({ ...shop, host: '' })), 'http://localhost:8082');
    assert.equal(
      await urlOf({ publicUrl: 'https://mine.example.com/' }, ingress(shop)),
      'https://mine.example.com',
    );
  });
});
