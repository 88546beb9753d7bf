import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { describeInstallation } from '../../servers/announce-installation.ts';
import { descriptionOf, serverNames } from '../../servers/descriptions/index.ts';

describe('describeInstallation', () => {
  let cache = '';
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'caudal-cache-'));
  });
  afterEach(() => rm(cache, { recursive: true, force: true }));

  it('says what, how much and where before the first installation', () => {
    const layers = new Map(
      serverNames.flatMap((name) => descriptionOf(name).layers.map((layer) => [layer.name, layer.sizeMb])),
    );
    const sizeMb = [...layers.values()].reduce((sum, size) => sum + size, 140);
    assert.ok(sizeMb >= 770, `${sizeMb} MB`);
    // A replica runs in the image of its primary.
    const named = serverNames.filter((name) => !name.includes('replica'));
    assert.equal(
      describeInstallation(serverNames, join(cache, 'missing')),
      `installing Debian trixie, ${named.join(', ')} into ${join(cache, 'missing')}, about ${sizeMb} MB; ` +
        'build tools that are missing come by apt-get',
    );
  });

  it('names only what is missing', async () => {
    await mkdir(join(cache, 'rootfs', 'trixie-x64-0'), { recursive: true });
    await mkdir(join(cache, 'layers', 'valkey-0'), { recursive: true });
    assert.match(
      describeInstallation(['valkey', 'redis'], cache) ?? '',
      /^installing redis into .*, about 9 MB/,
    );
  });

  it('counts what is built over a missing layer again', async () => {
    await mkdir(join(cache, 'rootfs', 'trixie-x64-0'), { recursive: true });
    await mkdir(join(cache, 'layers', 'kafka-0'), { recursive: true });
    assert.match(describeInstallation(['kafka'], cache) ?? '', /, about 313 MB/);
    await mkdir(join(cache, 'layers', 'java-0'));
    assert.equal(describeInstallation(['kafka'], cache), undefined);
  });

  it('says nothing when all of it is there', async () => {
    await mkdir(join(cache, 'rootfs', 'trixie-x64-0'), { recursive: true });
    await mkdir(join(cache, 'layers', 'valkey-0'), { recursive: true });
    assert.equal(describeInstallation(['valkey'], cache), undefined);
  });
});
