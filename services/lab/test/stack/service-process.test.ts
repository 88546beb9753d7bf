import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { eventually } from '@caudal/common/testing';
import { ServiceProcess } from '../../src/stack/service-process.ts';

let directory: string;
let events: string[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'caudal-process-'));
  events = [];
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Starts a program whose signal handlers are set once it has written its first line. */
async function started(source: string, stopTimeoutMs = 30_000): Promise<ServiceProcess> {
  const program = join(directory, 'program.mjs');
  const logFile = join(directory, 'log');
  await writeFile(program, `${source}; setInterval(() => {}, 1_000); console.log('listening');`);
  const process = new ServiceProcess({
    name: 'service-1',
    program,
    environment: {},
    operationsUrl: 'http://127.0.0.1:9',
    logFile,
    onEvent: (line) => events.push(line),
    onChange: () => undefined,
    stopTimeoutMs,
  });
  process.start();
  await eventually(
    () => readFile(logFile, 'utf8').catch(() => ''),
    (log) => log.includes('listening'),
    { timeoutMs: 30_000, what: 'the process to listen' },
  );
  return process;
}

describe('ServiceProcess.stop', () => {
  it('reports a complete drain', async () => {
    const process = await started("process.on('SIGTERM', () => process.exit(0))");
    assert.equal(await process.stop(), 'status 0');
    assert.deepEqual(events, []);
  });

  it('reports a failed drain', async () => {
    const process = await started("process.on('SIGTERM', () => process.exit(3))");
    assert.equal(await process.stop(), 'status 3');
  });

  it('reports a drain that had to be killed', async () => {
    const process = await started("process.on('SIGTERM', () => {})", 300);
    assert.equal(await process.stop(), 'SIGKILL');
    assert.deepEqual(events, ['service-1 did not exit within 0.3 s: killed']);
  });

  it('ends a process that is held still', async () => {
    const process = await started("process.on('SIGTERM', () => process.exit(0))");
    process.signal('SIGSTOP');
    assert.equal(await process.stop(), 'status 0');
  });
});
