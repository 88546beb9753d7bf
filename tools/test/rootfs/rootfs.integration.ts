import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { ensureMavenJars } from '../../rootfs/maven-jars.ts';
import { ensureRootfs } from '../../rootfs/rootfs.ts';
import { descriptionOf, serverNames } from '../../servers/descriptions/index.ts';

/** Base system and layers of servers, built where they are missing. */

const onProgress = (line: string) => process.stderr.write(`${line}\n`);

async function sizeMb(directory: string): Promise<number> {
  const { stdout } = await runCommand('du', ['--summarize', '--block-size=1K', directory]);
  return Number(stdout.split('\t')[0]) / 1024;
}

test('layers are as large as announced', async () => {
  for (const name of serverNames) {
    const { layers } = descriptionOf(name);
    const [, ...directories] = await ensureRootfs(layers, { onProgress });
    assert.equal(directories.length, layers.length, name);
    for (const [index, layer] of layers.entries()) {
      const jars = await ensureMavenJars(layer.name, { onProgress });
      const actual = (await sizeMb(directories[index] ?? '')) + (jars === undefined ? 0 : await sizeMb(jars));
      // Packages differ between architectures and grow with security updates.
      const ratio = actual / layer.sizeMb;
      assert.ok(ratio > 0.8 && ratio < 1.25, `${layer.name}: ${actual} MB, announced ${layer.sizeMb} MB`);
    }
  }
});

test('Java is a layer under the servers that need it, not in them', async () => {
  const [base, java = '', kafka = ''] = await ensureRootfs(descriptionOf('kafka').layers, { onProgress });
  const has = [base, java, kafka].map((directory) => existsSync(join(directory, 'usr', 'lib', 'jvm')));
  assert.deepEqual(has, [false, true, false]);
  assert.ok(existsSync(join(kafka, 'opt', 'kafka', 'libs')));
});

test("PostgreSQL's programs are its own, not the scripts in front of them, which need what is left out", async () => {
  const directories = await ensureRootfs(descriptionOf('postgresql').layers, { onProgress });
  const has = (path: string) => directories.some((directory) => existsSync(join(directory, path)));
  for (const program of ['initdb', 'pg_basebackup', 'pg_isready', 'postgres', 'psql']) {
    assert.ok(has(join('usr/lib/postgresql/17/bin', program)), program);
    assert.ok(!has(join('usr/bin', program)), program);
  }
});
