import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isUsableK6, pinnedVersion } from '../../k6/ensure-k6.ts';
import { runCommand } from '../../lib/run-command.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
/** Prints the path of k6. */
const PROGRAM = join(import.meta.dirname, 'print-k6.ts');

test('only a k6 of 1.0 or newer is used', () => {
  assert.equal(isUsableK6('k6 v1.8.1 (go1.26.0, linux/amd64)\n'), true);
  assert.equal(isUsableK6('k6.exe v2.0.0 (commit/abc)'), true);
  assert.equal(isUsableK6('k6 v0.57.0 (go1.23.6, linux/amd64)'), false);
  assert.equal(isUsableK6('some other k6'), false);
});

test('the pinned version is that of go.mod', async () => {
  const goMod = await readFile(join(import.meta.dirname, '..', '..', 'k6', 'go.mod'), 'utf8');
  assert.match(pinnedVersion(goMod), /^v[1-9]\d*\.\d+\.\d+$/);
  assert.match(goMod, /^tool go\.k6\.io\/k6$/m);
  assert.throws(() => pinnedVersion('module x\n'), /requires no go\.k6\.io\/k6/);
});

test('where Docker answers and k6 is not installed, its official image is run like an installed k6', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'caudal-k6-'));
  try {
    const bin = join(directory, 'bin');
    await mkdir(bin);
    for (const program of ['sh', 'id', 'env']) await symlink(await which(program), join(bin, program));
    await writeFile(join(bin, 'docker'), '#!/bin/sh\nfor word in "$@"; do echo "$word"; done\n', {
      mode: 0o755,
    });
    const environment = { PATH: bin, XDG_CACHE_HOME: join(directory, 'cache'), TMPDIR: '/tmp' };
    const found = await runCommand(process.execPath, [PROGRAM], { environment });
    const k6 = found.stdout.trim();
    assert.match(k6, /k6-container/);
    const { stdout } = await runCommand(k6, ['run', '-e', 'A=b c', 'steady.ts'], { environment });
    const words = stdout.trim().split('\n');
    assert.deepEqual(words.slice(0, 6), ['run', '--rm', '--interactive', '--init', '--network', 'host']);
    assert.match(words.at(-5) ?? '', /^grafana\/k6:1\.\d+\.\d+$/);
    assert.deepEqual(words.slice(-4), ['run', '-e', 'A=b c', 'steady.ts']);
    assert.ok(words.includes(`${ROOT}:${ROOT}`) && words.includes('/tmp:/tmp'), stdout);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test('where there is no k6, no Docker, no Go and no pip, one line says what to install', async () => {
  const environment = { PATH: '/nonexistent', XDG_CACHE_HOME: '/nonexistent' };
  const empty = await mkdtemp(join(tmpdir(), 'caudal-k6-'));
  try {
    await assert.rejects(
      runCommand(process.execPath, [PROGRAM], { environment: { ...environment, XDG_CACHE_HOME: empty } }),
      /k6 needs Go 1\.26 or newer: install it from go\.dev, or install pip for Python 3/,
    );
  } finally {
    await rm(empty, { recursive: true, force: true });
  }
});

async function which(program: string): Promise<string> {
  return (await runCommand('sh', ['-c', `command -v ${program}`])).stdout.trim();
}
