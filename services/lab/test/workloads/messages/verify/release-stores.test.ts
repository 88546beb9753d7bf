import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ClusterConnection } from '../../../../src/cluster/connection.ts';
import { Release } from '../../../../src/cluster/release.ts';
import { withReleaseStores } from '../../../../src/workloads/messages/verify/release-stores.ts';

const LANES = [
  {
    name: 'kafka-redis',
    store: 'redis',
    storeUrl: 'redis://caudal-redis:6379',
    storeUsername: 'console',
    storePasswordEnv: 'REDIS_PASSWORD',
    storeKeyPrefix: 'x:',
  },
  { name: 'rabbitmq-valkey', store: 'valkey', storeUrl: 'rediss://valkey.example.com:6379' },
];
const PASSWORD = {
  name: 'REDIS_PASSWORD',
  valueFrom: { secretKeyRef: { name: 'mine', key: 'console-password' } },
};

/** The same with `secretsAsFiles`. */
const MOUNTED = {
  name: 'secrets',
  projected: {
    sources: [{ secret: { name: 'mine', items: [{ key: 'console-password', path: 'REDIS_PASSWORD' }] } }],
  },
};

/** A cluster with a console of these variables, a Redis pod, and Secrets. */
function clusterOf(
  options: {
    readonly isReady?: boolean;
    readonly isMounted?: boolean;
    readonly secrets?: Readonly<Record<string, string>>;
  } = {},
): ClusterConnection {
  const { isReady = true, isMounted = false, secrets = { 'console-password': 'a/b' } } = options;
  const refusal = Object.assign(new Error('HTTP-Code: 403 …'), {
    body: JSON.stringify({ message: 'secrets "mine" is forbidden' }),
  });
  const connection = {
    apps: {
      readNamespacedDeployment: async ({ name }: { readonly name: string }) => {
        if (name !== 'caudal-console')
          throw Object.assign(new Error('…'), { body: { message: `"${name}" not found` } });
        const env = [{ name: 'LANES', value: JSON.stringify(LANES) }, ...(isMounted ? [] : [PASSWORD])];
        const volumes = isMounted ? [{ name: 'tmp', emptyDir: {} }, MOUNTED] : [];
        return { spec: { template: { spec: { containers: [{ env }], volumes } } } };
      },
    },
    core: {
      listNamespacedPod: async () => ({
        items: [
          {
            metadata: { name: 'caudal-redis-0' },
            status: { conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
          },
        ],
      }),
      readNamespacedSecret: async () => {
        if (Object.keys(secrets).length === 0) throw refusal;
        const encode = (text: string): string => Buffer.from(text).toString('base64');
        return {
          data: Object.fromEntries(Object.entries(secrets).map(([key, text]) => [key, encode(text)])),
        };
      },
    },
  };
  return connection as unknown as ClusterConnection;
}

describe('the stores of a release', () => {
  let directory: string;
  let kubeconfig: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-release-stores-'));
    kubeconfig = join(directory, 'kubeconfig');
    await writeFile(
      kubeconfig,
      'clusters: [{ name: c, cluster: { server: "https://127.0.0.1:1" } }]\n' +
        'contexts: [{ name: c, context: { cluster: c, user: "" } }]\ncurrent-context: c\nusers: []\n',
    );
  });
  after(() => rm(directory, { recursive: true }));

  const stores = (
    cluster: ClusterConnection,
    options: { readonly name?: string; readonly except?: string[] } = {},
  ) => {
    const { name = 'caudal', except = ['rabbitmq-valkey'] } = options;
    const release = new Release(cluster, { name, namespace: 'there' });
    return withReleaseStores({ address: { kubeconfig }, cluster, release, except }, async (found) => found);
  };

  it("are forwarded to this machine, with the console's user, its password from whatever Secret, and its prefix", async () => {
    for (const isMounted of [false, true]) {
      const [store, ...others] = await stores(clusterOf({ isMounted }));
      assert.deepEqual(others, []);
      const { url, ...rest } = store ?? { url: '' };
      assert.deepEqual(rest, { lane: 'kafka-redis', keyPrefix: 'x:' });
      assert.match(url, /^redis:\/\/console:a%2Fb@127\.0\.0\.1:\d+$/);
    }
  });

  it('are refused in one line that names what is missing', async () => {
    const refusals: [Promise<unknown>, RegExp][] = [
      [
        stores(clusterOf(), { name: 'other' }),
        /^cannot read the Deployment other-console in namespace there: .*not found/,
      ],
      [
        stores(clusterOf(), { except: [] }),
        /^--deep: lane rabbitmq-valkey stores outside the release: add --store rabbitmq-valkey=URL/,
      ],
      [stores(clusterOf({ isReady: false })), /^--deep: no pod of caudal-redis is ready$/],
      [
        stores(clusterOf({ secrets: {} })),
        /^--deep: cannot read the Secret mine: secrets "mine" is forbidden$/,
      ],
      [
        stores(clusterOf({ secrets: { other: 'x' } })),
        /^--deep: the Secret mine has no key console-password$/,
      ],
    ];
    for (const [refused, message] of refusals)
      await assert.rejects(
        refused,
        (error: Error) => error.name === 'ExpectedError' && message.test(error.message),
      );
  });
});
