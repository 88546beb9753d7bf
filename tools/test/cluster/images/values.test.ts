import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { localImageNames } from '../../../cluster/images/catalog.ts';
import { projectImageName } from '../../../cluster/images/project-image.ts';

const cluster = join(import.meta.dirname, '..', '..', '..', 'cluster');

interface Image {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}

/** The images that a file of values names, by their keys. */
async function imagesIn(file: string): Promise<Readonly<Record<string, Partial<Image>>>> {
  const { images } = parse(await readFile(file, 'utf8')) as {
    images: Record<string, Partial<Image> | string>;
  };
  return Object.fromEntries(
    Object.entries(images).flatMap(([key, image]) => (typeof image === 'string' ? [] : [[key, image]])),
  );
}

test('the values for the local images name only images that the cluster has', async () => {
  const local = await imagesIn(join(cluster, 'values-local-images.yaml'));
  const chart = await imagesIn(join(cluster, '..', '..', 'charts', 'caudal', 'values.yaml'));
  const known = [...localImageNames, projectImageName];
  assert.ok(Object.keys(local).length >= 6);
  for (const [key, image] of Object.entries(local)) {
    const { registry, repository, tag } = { ...chart[key], ...image };
    const name = `${registry}/${repository}:${tag}`.replace(/^docker\.io\/(library\/)?/, '');
    assert.ok(known.includes(name), `${key}: ${name}`);
  }
});

test('the README lists every image', async () => {
  const readme = await readFile(join(cluster, 'README.md'), 'utf8');
  for (const name of [...localImageNames, projectImageName]) assert.ok(readme.includes(`\`${name}\``), name);
});
