import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { chart } from '../scripts/paths.ts';
import { type RenderOptions, render } from './support/manifests.ts';
import { containersOf, podsOf } from './support/pods.ts';
import { toggles } from './support/toggles.ts';

const { images } = parse(readFileSync(join(chart, 'values.yaml'), 'utf8')) as {
  images: Record<string, string | { repository: string }>;
};
const keys = Object.keys(images).filter((key) => key !== 'pullPolicy');

/** Every image of a rendering, sorted. */
async function imagesOf(options: RenderOptions): Promise<readonly string[]> {
  const manifests = await render(options);
  const ofPods = podsOf(manifests).flatMap((pod) => containersOf(pod).map(({ image }) => image));
  return [...new Set(ofPods)].sort();
}

describe('images', () => {
  it('are those of images.txt, with everything on', async () => {
    const listed = readFileSync(join(chart, 'images.txt'), 'utf8').trim().split('\n');
    assert.equal(listed.length, keys.length - 1);
    const own = 'registry.example.com/caudal:0.1.0';
    assert.deepEqual(await imagesOf(toggles.everything ?? {}), [...listed, own]);
  });

  it('are listed for Artifact Hub as well, under its keys', () => {
    const { annotations } = parse(readFileSync(join(chart, 'Chart.yaml'), 'utf8')) as {
      annotations: Record<string, string>;
    };
    const listed = parse(annotations['artifacthub.io/images'] ?? '') as readonly { image: string }[];
    assert.deepEqual(
      listed.map(({ image }) => image),
      readFileSync(join(chart, 'images.txt'), 'utf8').trim().split('\n'),
    );
    assert.equal(annotations['artifacthub.io/license'], 'Apache-2.0');
    const changes = parse(annotations['artifacthub.io/changes'] ?? '') as readonly { kind: string }[];
    assert.ok(
      changes.length > 0 && changes.every(({ kind }) => /^(added|changed|fixed|removed)$/.test(kind)),
    );
    for (const key of Object.keys(annotations)) assert.match(key, /^artifacthub\.io\//);
  });

  it('come from another registry as one', async () => {
    const flags = ['--set', 'global.imageRegistry=registry.example.com/mirror'];
    const renamed = await imagesOf({ ...toggles.everything, flags });
    assert.equal(renamed.length, keys.length);
    for (const image of renamed) assert.ok(image.startsWith('registry.example.com/mirror/'), image);
  });

  it('are pinned by digest, each of them, whatever the tag', async () => {
    const digestOf = (index: number) => `sha256:${index.toString(16).repeat(64)}`;
    const digests = Object.fromEntries(keys.map((key, index) => [key, { digest: digestOf(index) }]));
    const pinned = await imagesOf({ values: { ...(toggles.everything?.values as object), images: digests } });
    const expected = keys.map((key, index) => {
      const name =
        key === 'caudal'
          ? 'registry.example.com/caudal'
          : `docker.io/${(images[key] as { repository: string }).repository}`;
      return `${name}@${digestOf(index)}`;
    });
    assert.deepEqual(pinned, expected.sort());
  });

  it('are renamed by a values file that names images and nothing else', async () => {
    const local = Object.fromEntries(
      keys.map((key) => [key, { registry: '', repository: `local-${key.toLowerCase()}`, tag: 'x' }]),
    );
    const renamed = await imagesOf({
      values: {
        ...(toggles.everything?.values as object),
        images: { pullPolicy: 'Never', ...local },
      },
    });
    assert.deepEqual(renamed, keys.map((key) => `local-${key.toLowerCase()}:x`).sort());
  });

  it('are pulled by the policy and with the secrets given', async () => {
    const manifests = await render({
      values: { images: { pullPolicy: 'Always' }, global: { imagePullSecrets: [{ name: 'mine' }] } },
    });
    for (const { owner, spec } of podsOf(manifests)) {
      assert.deepEqual((spec as { imagePullSecrets?: unknown }).imagePullSecrets, [{ name: 'mine' }], owner);
      for (const container of spec.containers) {
        assert.equal((container as { imagePullPolicy?: string }).imagePullPolicy, 'Always', owner);
      }
    }
  });
});
