import assert from 'node:assert/strict';
import { get } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { eventually } from '@caudal/common/testing';
import type { V1Ingress } from '@kubernetes/client-node';
import { connectToCluster } from '../../src/cluster/connection.ts';
import { removeNamespace } from './support/actions.ts';
import { openCluster, type TestCluster } from './support/use-cluster.ts';

const NAMESPACE = 'ingress-test';
const HOST = 'empty.example.test';

/** Status of a request to a host; `fetch` does not let one set that header. */
const statusOf = (url: string, host: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const request = get(url, { headers: { host }, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject);
  });

describe('the ingress of the cluster', () => {
  let cluster: TestCluster | undefined;
  before(async () => {
    cluster = await openCluster();
    const { core, objects } = connectToCluster(cluster.running.kubeconfig, cluster.running.context);
    const metadata = { name: 'empty', namespace: NAMESPACE };
    await core.createNamespace({ body: { metadata: { name: NAMESPACE } } });
    await core.createNamespacedService({
      namespace: NAMESPACE,
      body: { metadata, spec: { selector: { app: 'none' }, ports: [{ port: 80 }] } },
    });
    const backend = { service: { name: 'empty', port: { number: 80 } } };
    await objects.create({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata,
      spec: { rules: [{ host: HOST, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] },
    } as V1Ingress);
  });
  after(async () => {
    if (cluster === undefined) return;
    await removeNamespace(connectToCluster(cluster.running.kubeconfig, cluster.running.context), NAMESPACE);
    await cluster.release();
  });

  it('answers 503, which clients send again, while no pod of a Service is ready', async () => {
    const url = cluster?.running.ingressUrl;
    assert.ok(url);
    await eventually(
      () => statusOf(url, HOST),
      (got) => got === 503,
      { timeoutMs: 20_000, pastErrors: true },
    );
    assert.equal(await statusOf(url, 'unknown.example.test'), 404, 'what no Ingress names is not there');
  });
});
