import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { find, type Manifest, names, render } from './support/manifests.ts';
import { type Container, containersOf, type Pod, podsOf } from './support/pods.ts';
import { toggles } from './support/toggles.ts';

describe('whatever is switched on or off', () => {
  for (const [name, options] of Object.entries(toggles)) {
    it(`everything is sound with: ${name}`, async () => {
      const manifests = await render(options);
      assert.ok(manifests.length >= 10, `only ${manifests.length} objects`);
      assertIdentities(manifests);
      assertReferences(
        manifests,
        /^external( PostgreSQL)?$|existing Secrets$|mail server$|on external servers$/.test(name),
      );
      assertSelectors(manifests);
      const readsApi = [
        ...(name === 'discovery by the API' || name === 'everything' ? ['prometheus'] : []),
        ...(name === 'scaling by the console' || name === 'everything' ? ['console'] : []),
      ];
      const pods = podsOf(manifests);
      assert.ok(pods.length >= 5, `only ${pods.length} workloads`);
      for (const pod of pods) {
        assertRestricted(
          pod,
          readsApi.some((name) => pod.owner.endsWith(`caudal-${name}`)),
        );
        for (const container of containersOf(pod)) {
          assertContained(container, pod.owner);
          assertEnvironment(container, pod.owner);
          assert.match(
            container.image,
            /^(docker\.io\/[a-z0-9_/-]+|registry\.example\.com\/caudal):v?\d+(\.\d+){1,2}/,
            pod.owner,
          );
        }
      }
    });
  }
});

/** Names and labels: unique, valid, complete. */
function assertIdentities(manifests: readonly Manifest[]): void {
  const seen = new Set<string>();
  for (const { kind, metadata } of manifests) {
    const id = `${kind} ${metadata.name}`;
    assert.ok(!seen.has(id), `${id} is there twice`);
    seen.add(id);
    assert.match(metadata.name, /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, id);
    if (metadata.name === 'caudal-mine') continue;
    for (const label of ['name', 'instance', 'component', 'part-of', 'version', 'managed-by']) {
      assert.ok(metadata.labels?.[`app.kubernetes.io/${label}`], `${id} lacks the label ${label}`);
    }
    assert.ok(metadata.labels?.['helm.sh/chart'], `${id} lacks the label helm.sh/chart`);
  }
}

/** Every ConfigMap and Secret that a pod names is there. */
function assertReferences(manifests: readonly Manifest[], mayNameExisting: boolean): void {
  const text = (kind: string) => new Set(names(manifests, kind));
  const secrets = text('Secret');
  const configMaps = text('ConfigMap');
  const visit = (node: unknown, owner: string): void => {
    if (Array.isArray(node)) {
      for (const item of node) visit(item, owner);
    } else if (typeof node === 'object' && node !== null) {
      for (const [key, value] of Object.entries(node)) {
        const name = (value as { name?: string } | null)?.name;
        if (key === 'configMap' && name !== undefined)
          assert.ok(configMaps.has(name), `${owner}: ConfigMap ${name}`);
        if (key === 'secretKeyRef' && name !== undefined && !mayNameExisting) {
          assert.ok(secrets.has(name), `${owner}: Secret ${name}`);
          const { data } = find(manifests, 'Secret', name);
          assert.ok(data?.[(value as { key: string }).key], `${owner}: Secret ${name} lacks a key`);
        }
        visit(value, owner);
      }
    }
  };
  for (const manifest of manifests) visit(manifest.spec, `${manifest.kind} ${manifest.metadata.name}`);
}

/** Every Service selects the pods of exactly one workload, by port names that those have. */
function assertSelectors(manifests: readonly Manifest[]): void {
  for (const service of manifests.filter(({ kind }) => kind === 'Service')) {
    const { selector, ports } = service.spec as {
      selector: Record<string, string>;
      ports: readonly { targetPort: string }[];
    };
    const selected = manifests.filter((manifest) => {
      const labels = (
        manifest.spec?.template as { metadata?: { labels?: Record<string, string> } } | undefined
      )?.metadata?.labels;
      return labels !== undefined && Object.entries(selector).every(([key, value]) => labels[key] === value);
    });
    assert.equal(selected.length, 1, `Service ${service.metadata.name} selects ${selected.length} workloads`);
    const portNames = podsOf(selected).flatMap((pod) =>
      containersOf(pod).flatMap(({ ports: own = [] }) => own.map(({ name }) => name)),
    );
    for (const { targetPort } of ports)
      assert.ok(portNames.includes(targetPort), `${service.metadata.name}: ${targetPort}`);
  }
}

/** The pod's part of the restricted profile, and no API token but where it is needed. */
function assertRestricted({ owner, spec }: Pod, mayReadApi: boolean): void {
  const security = spec.securityContext;
  assert.equal(security.runAsNonRoot, true, owner);
  assert.deepEqual(security.seccompProfile, { type: 'RuntimeDefault' }, owner);
  assert.ok(Number(security.runAsUser) > 0, `${owner}: runAsUser ${security.runAsUser}`);
  for (const forbidden of ['hostNetwork', 'hostPID', 'hostIPC'])
    assert.ok(!(forbidden in spec), `${owner}: ${forbidden}`);
  for (const volume of spec.volumes ?? []) assert.ok(!('hostPath' in volume), `${owner}: hostPath`);
  assert.equal(spec.automountServiceAccountToken, mayReadApi, owner);
  assert.equal(spec.enableServiceLinks, false, owner);
}

/** The container's part of the restricted profile, and bounds on what it takes. */
function assertContained(container: Container, owner: string): void {
  const at = `${owner}/${container.name}`;
  assert.deepEqual(
    container.securityContext,
    { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    at,
  );
  assert.ok(container.resources?.limits?.memory, `${at}: no memory limit`);
  assert.ok(container.resources.requests?.cpu, `${at}: no CPU request`);
}

/** Each variable once; passwords by reference, never in a value, an argument or a command. */
function assertEnvironment({ env = [] }: Container, owner: string): void {
  const variables = env.map(({ name }) => name);
  assert.deepEqual([...new Set(variables)], variables, owner);
  for (const { name, value, valueFrom } of env) {
    if (!/PASSWORD|COOKIE|API_KEYS?$/.test(name)) continue;
    assert.equal(value, undefined, `${owner} ${name}`);
    assert.ok(valueFrom?.secretKeyRef, `${owner} ${name}`);
  }
}
