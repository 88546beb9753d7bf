import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { localImageNames } from '../../../cluster/images/catalog.ts';
import { projectImageName } from '../../../cluster/images/project-image.ts';

const cluster = join(import.meta.dirname, '..', '..', '..', 'cluster');

test('the values for the local images name only tags that the cluster has', async () => {
  const values = await readFile(join(cluster, 'values-local-images.yaml'), 'utf8');
  const tags = [
    ...values.matchAll(/^ {2}(\w+): \{ (?:registry: localhost, repository: \w+, )?tag: "?([^" }]+)"? \}$/gm),
  ];
  assert.ok(tags.length >= 6);
  const known = [...localImageNames, projectImageName];
  for (const [, name, tag] of tags) {
    assert.ok(
      known.some((image) => image.includes(name ?? '-') && image.endsWith(`:${tag}`)),
      `${name}:${tag}`,
    );
  }
});

test('the README lists every image', async () => {
  const readme = await readFile(join(cluster, 'README.md'), 'utf8');
  for (const name of [...localImageNames, projectImageName]) assert.ok(readme.includes(`\`${name}\``), name);
});
