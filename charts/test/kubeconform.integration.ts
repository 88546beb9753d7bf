import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommand } from '../../tools/lib/run-command.ts';
import { ensureKubeconform } from '../scripts/kubeconform/ensure-kubeconform.ts';
import {
  ensureCustomResourceSchemas,
  ensureKubernetesSchemas,
  kubernetesVersions,
  schemaLocation,
} from '../scripts/kubeconform/schemas.ts';
import { type Manifest, render } from './support/manifests.ts';
import { toggles } from './support/toggles.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

describe('the chart’s objects', () => {
  let kubeconform: string;
  let customResources: string;
  let directory: string;

  before(async () => {
    kubeconform = await ensureKubeconform(say);
    customResources = await ensureCustomResourceSchemas(say);
    directory = await mkdtemp(join(tmpdir(), 'caudal-kubeconform-'));
  });
  after(() => rm(directory, { recursive: true }));

  async function conform(version: string, manifests: readonly Manifest[]): Promise<string> {
    const file = join(directory, 'manifests.yaml');
    // JSON: kubeconform reads YAML 1.1, in which `on` is no text.
    await writeFile(file, manifests.map((manifest) => JSON.stringify(manifest)).join('\n---\n'));
    const kubernetes = await ensureKubernetesSchemas(version, say);
    const locations = [kubernetes, customResources].flatMap((path) => [
      '-schema-location',
      join(path, schemaLocation),
    ]);
    return (await runCommand(kubeconform, ['-strict', '-summary', ...locations, file])).stdout;
  }

  for (const version of kubernetesVersions) {
    it(`are what Kubernetes ${version} takes, whatever is switched on or off`, async () => {
      const all: Manifest[] = [];
      for (const options of Object.values(toggles)) {
        all.push(...(await render(options)));
      }
      assert.ok(all.length > 1_000, `only ${all.length} objects`);
      for (const kind of ['HTTPRoute', 'ScaledObject', 'ServiceMonitor', 'PrometheusRule', 'NetworkPolicy']) {
        assert.ok(
          all.some((manifest) => manifest.kind === kind),
          kind,
        );
      }
      const summary = await conform(version, all);
      assert.match(
        summary,
        new RegExp(`${all.length} resources found .* Valid: ${all.length}, Invalid: 0, Errors: 0`),
      );
    });
  }

  it('would be refused with a field that Kubernetes does not know', async () => {
    const [manifest] = (await render()).filter(({ kind }) => kind === 'StatefulSet');
    assert.ok(manifest);
    const broken = { ...manifest, spec: { ...manifest.spec, replicaz: 1 } };
    await assert.rejects(conform(kubernetesVersions[0], [broken]), /replicaz/);
  });

  it('would be refused with a field that KEDA does not know', async () => {
    const values = { consumer: { keda: { enabled: true, behavior: { scaleDown: { windowSeconds: 30 } } } } };
    const scaledObjects = (await render({ values })).filter(({ kind }) => kind === 'ScaledObject');
    assert.equal(scaledObjects.length, 2);
    await assert.rejects(conform(kubernetesVersions[0], scaledObjects), /windowSeconds/);
  });
});
