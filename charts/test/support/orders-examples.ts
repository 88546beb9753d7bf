import assert from 'node:assert/strict';
import { METRICS } from '../../../services/common/src/metrics/index.ts';
import { parseApiConfig } from '../../../services/orders/src/api/config.ts';
import { loadNotifierConfig } from '../../../services/orders/src/notifier/config.ts';
import { find, type Manifest, names } from './manifests.ts';
import { caSecretOf, environmentOf, secretOf } from './pods.ts';

/** What the examples of orders must render. */
export const ORDERS_EXAMPLES = {
  'external-smtp': {
    replaces: [],
    check(manifests: readonly Manifest[]) {
      const environment = (name: string) => environmentOf(manifests, `Deployment caudal-orders-${name}`);
      const { smtp, mail } = loadNotifierConfig(environment('notifier'));
      assert.deepEqual(
        [smtp.host, smtp.port, smtp.security, smtp.login?.user, smtp.from, mail.publicUrl],
        ['smtp.shop.example', 465, 'tls', 'shop', 'orders@shop.example', 'https://shop.example'],
      );
      const { allowedRecipients, defaultEmail } = parseApiConfig(environment('api'));
      assert.ok(allowedRecipients.test(defaultEmail) && !allowedRecipients.test('ana@example.com'));
      const notifier = 'Deployment caudal-orders-notifier';
      assert.equal(secretOf(manifests, notifier, 'SMTP_PASSWORD'), 'shop-smtp/password');
      assert.equal(caSecretOf(manifests, notifier, 'smtp'), 'mail-ca');
      assert.ok(!names(manifests, 'StatefulSet').includes('caudal-orders-mailbox'));
    },
  },
  'orders-scaling': {
    replaces: [],
    check(manifests: readonly Manifest[]) {
      const scalers = manifests.filter(({ kind }) =>
        ['HorizontalPodAutoscaler', 'ScaledObject'].includes(kind),
      );
      const targets = scalers
        .map(({ spec }) => (spec?.scaleTargetRef as { name: string } | undefined)?.name ?? 'none')
        .sort();
      assert.deepEqual(
        targets,
        ['api', 'notifier', 'processor'].map((part) => `caudal-orders-${part}`),
      );
      // An upgrade would set it back.
      for (const target of targets)
        assert.ok(!('replicas' in (find(manifests, 'Deployment', target).spec ?? {})), target);
      const [{ metadata }] = (find(manifests, 'ScaledObject', 'caudal-orders-notifier').spec?.triggers ??
        []) as [{ metadata: { serverAddress: string; query: string } }];
      assert.match(metadata.serverAddress, /^http:\/\/caudal-prometheus[^/]*:9090$/);
      assert.ok(metadata.query.startsWith(`max(${METRICS.mailsByStatus.name}{namespace="`), metadata.query);
    },
  },
};
