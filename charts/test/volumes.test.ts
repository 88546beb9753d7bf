import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { find, names, refusal, render } from './support/manifests.ts';

const servers = ['kafka', 'prometheus', 'rabbitmq', 'redis', 'valkey'];

interface Claims {
  readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly annotations?: unknown } }[];
  readonly persistentVolumeClaimRetentionPolicy?: unknown;
  readonly template: {
    readonly spec: {
      readonly volumes: readonly { readonly name: string; readonly persistentVolumeClaim?: unknown }[];
    };
  };
}

/** What a server's StatefulSet says of its volume. */
async function claimsOf(server: string, persistence: object): Promise<Claims> {
  const manifests = await render({ values: { [server]: { persistence } } });
  return find(manifests, 'StatefulSet', `caudal-${server}`).spec as unknown as Claims;
}

describe('volumes', () => {
  it('are of these servers', async () => {
    const stateful = names(await render(), 'StatefulSet').map((name) => name.replace('caudal-', ''));
    assert.deepEqual(stateful.sort(), servers);
  });

  for (const server of servers) {
    it(`of ${server} have the annotations that are given`, async () => {
      const annotations = { 'backup.example.com/include': 'true' };
      const { volumeClaimTemplates } = await claimsOf(server, { annotations });
      assert.deepEqual(
        volumeClaimTemplates?.map(({ metadata }) => metadata.annotations),
        [annotations],
      );
    });

    it(`of ${server} may be a claim that exists`, async () => {
      const spec = await claimsOf(server, { existingClaim: 'mine' });
      assert.deepEqual(
        [spec.volumeClaimTemplates, spec.persistentVolumeClaimRetentionPolicy],
        [undefined, undefined],
      );
      assert.deepEqual(
        spec.template.spec.volumes.filter(({ name }) => name === 'data'),
        [{ name: 'data', persistentVolumeClaim: { claimName: 'mine' } }],
      );
    });
  }

  it('of several brokers are as many, so one claim is refused', async () => {
    for (const server of ['kafka', 'rabbitmq']) {
      const values = { [server]: { replicas: 3, persistence: { existingClaim: 'mine' } } };
      assert.match(
        await refusal({ values }),
        new RegExp(`${server}\\.persistence\\.existingClaim is one volume`),
      );
    }
  });
});
