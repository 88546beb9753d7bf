import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { cacheDirectory, ensureCached } from '../../lib/cache.ts';

let directory = '';
const before = process.env.XDG_CACHE_HOME;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'caudal-cache-'));
  process.env.XDG_CACHE_HOME = directory;
});

afterEach(async () => {
  if (before === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = before;
  await rm(directory, { recursive: true, force: true });
});

const entry = (build: (target: string) => Promise<void>) => ({
  kind: 'things',
  key: 'a-1',
  onProgress: () => undefined,
  build,
});

test('an entry is built once and then found', async () => {
  let builds = 0;
  const thing = entry(async (target) => {
    builds += 1;
    await writeFile(join(target, 'file'), 'content');
  });
  const path = await ensureCached(thing);
  assert.equal(path, join(cacheDirectory(), 'things', 'a-1'));
  assert.equal(await readFile(join(path, 'file'), 'utf8'), 'content');
  assert.equal(await ensureCached(thing), path);
  assert.equal(builds, 1);
});

test('of several that ask at once one builds', async () => {
  let builds = 0;
  const thing = entry(async () => {
    builds += 1;
  });
  await Promise.all([ensureCached(thing), ensureCached(thing), ensureCached(thing)]);
  assert.equal(builds, 1);
});

test('a build that fails leaves nothing, and the next one starts over', async () => {
  const failing = entry(async (target) => {
    await writeFile(join(target, 'half'), '');
    throw new Error('build failed');
  });
  await assert.rejects(ensureCached(failing), /build failed/);
  assert.deepEqual(await readdir(join(cacheDirectory(), 'things')), []);
  const path = await ensureCached(entry((target) => writeFile(join(target, 'whole'), '')));
  assert.deepEqual(await readdir(path), ['whole']);
});

test('what a killed builder left is removed, what a live one builds is not', async () => {
  const folder = join(cacheDirectory(), 'things');
  // The highest process number Linux can give is 4194304.
  const abandoned = join(folder, '.a-1.4194305.aaaa');
  const live = join(folder, `.a-1.${process.ppid}.bbbb`);
  await mkdir(abandoned, { recursive: true });
  await mkdir(live, { recursive: true });
  await ensureCached(entry(async () => undefined));
  assert.equal(existsSync(abandoned), false);
  assert.equal(existsSync(live), true);
});
