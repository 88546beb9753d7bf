import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { readTreeUse, treeMemory, watchMemory } from '../../src/experiments/process-tree.ts';

/** A shell whose child is a Node.js that obeys lines: `spin`, `grow`, `write`. */
const CHILD = `
  const { openSync, writeSync, fsyncSync } = require('node:fs');
  const kept = [];
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    if (line === 'spin') { const until = process.cpuUsage().user + 300000; while (process.cpuUsage().user < until); }
    if (line === 'grow') kept.push(Buffer.alloc(64 * 2 ** 20, 1));
    if (line === 'write') {
      const file = openSync('file', 'w');
      writeSync(file, Buffer.alloc(8 * 2 ** 20, 1));
      fsyncSync(file);
    }
    process.stdout.write('done\\n');
  });
`;

describe('what a process tree uses', () => {
  let shell: ChildProcess;
  let lines: AsyncIterator<string>;
  let directory: string;
  let pid: number;

  before(async () => {
    // On a disk, not in memory: only there the kernel counts what is written.
    directory = await mkdtemp(join(import.meta.dirname, 'tree-'));
    shell = spawn('/bin/sh', ['-c', '"$0" -e "$1"; exit 0', process.execPath, CHILD], {
      cwd: directory,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    pid = shell.pid as number;
    assert.ok(shell.stdout);
    lines = createInterface({ input: shell.stdout })[Symbol.asyncIterator]();
    await order('ready');
  });
  after(async () => {
    shell.stdin?.end();
    if (shell.exitCode === null) await once(shell, 'exit');
    await rm(directory, { recursive: true });
  });

  async function order(what: string): Promise<void> {
    shell.stdin?.write(`${what}\n`);
    assert.equal((await lines.next()).value, 'done');
  }

  it('includes the CPU time of its children', async () => {
    const { cpuSeconds } = readTreeUse(pid);
    await order('spin');
    const spent = readTreeUse(pid).cpuSeconds - cpuSeconds;
    assert.ok(spent >= 0.25, `${spent} s`);
  });

  it('includes what they write to the disk', async () => {
    const { writtenBytes } = readTreeUse(pid);
    await order('write');
    const written = readTreeUse(pid).writtenBytes - writtenBytes;
    assert.ok(written >= 8 * 2 ** 20, `${written} bytes`);
  });

  it('includes their memory, at its peak', async () => {
    const watch = watchMemory(pid);
    const before = treeMemory(pid);
    assert.ok(before > 5 * 2 ** 20, `${before} bytes`);
    await order('grow');
    const peak = watch.stop();
    assert.ok(peak - before >= 48 * 2 ** 20, `${peak - before} bytes`);
  });

  it('is nothing for a process that there is not', () => {
    assert.deepEqual(readTreeUse(2 ** 22 + 1), { cpuSeconds: 0, writtenBytes: 0 });
  });
});
