import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LiveObjects } from './support/live-objects.ts';
import { find, type RenderOptions, refusal, render } from './support/manifests.ts';

/** A StatefulSet of the release as it runs in the cluster. */
const running = (server: string, replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: {
    name: `caudal-${server}`,
    namespace: 'test',
    labels: { 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: { 'meta.helm.sh/release-name': 'caudal', 'meta.helm.sh/release-namespace': 'test' },
  },
  spec: { replicas },
});

describe('an upgrade that changes the number of brokers', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-live-'));
  });
  after(() => rm(directory, { recursive: true }));

  async function over<Result>(
    objects: readonly ReturnType<typeof running>[],
    options: RenderOptions,
    work: (options: RenderOptions) => Promise<Result>,
  ): Promise<Result> {
    await using live = await LiveObjects.serve(objects);
    return await work({ ...options, flags: await live.flags(directory) });
  }

  for (const server of ['kafka', 'rabbitmq'])
    for (const [from, to] of [
      [1, 3],
      [3, 1],
      [3, 5],
    ] as const)
      it(`is refused with the way to migrate: ${server}, ${from} to ${to}`, async () => {
        const said = await over([running(server, from)], { values: { [server]: { replicas: to } } }, refusal);
        assert.ok(said.includes(`caudal-${server} runs with ${from} and ${server}.replicas is ${to}`), said);
        assert.ok(said.includes('docs/kubernetes/upgrade.md#another-number-of-brokers'), said);
        assert.ok(said.includes(`set ${server}.allowReplicaChange=true`), said);
      });

  it('is let through where the values say that the servers were prepared', async () => {
    const values = { kafka: { replicas: 3, allowReplicaChange: true } };
    const manifests = await over([running('kafka', 1)], { values }, render);
    assert.equal(find(manifests, 'StatefulSet', 'caudal-kafka').spec?.replicas, 3);
  });

  it('is another thing than one that leaves it, a first installation, and brokers that are stopped', async () => {
    await over([running('kafka', 1), running('rabbitmq', 1)], {}, render);
    await over([], { presets: ['ha'] }, render);
    await over([running('kafka', 0), running('rabbitmq', 0)], {}, render);
    // Another release's, in the same namespace.
    await over([running('kafka', 3)], { release: 'other' }, render);
  });

  it('keeps the passwords that the cluster has, and makes those that it lacks', async () => {
    const secret = {
      ...running('kafka-auth', 1),
      apiVersion: 'v1',
      kind: 'Secret',
      data: { 'cluster-id': 'a2VwdA==', 'admin-password': 'a2VwdCBhcyB3ZWxs' },
    };
    const data = find(await over([secret], {}, render), 'Secret', 'caudal-kafka-auth').data ?? {};
    assert.deepEqual([data['cluster-id'], data['admin-password']], ['a2VwdA==', 'a2VwdCBhcyB3ZWxs']);
    assert.match(data['ingest-password'] ?? '', /^.{40,}$/);
  });

  it('does not concern brokers that are switched off', async () => {
    await over([running('kafka', 3), running('rabbitmq', 3)], { presets: ['external'] }, render);
  });
});
