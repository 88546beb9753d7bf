import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { exclusive } from '../../lib/exclusive.ts';

const uniqueName = () => `${import.meta.filename}-${process.pid}-${performance.now()}`;

test('of two tasks under one name the second begins when the first has ended', async () => {
  const name = uniqueName();
  const events: string[] = [];
  const first = Promise.withResolvers<void>();
  const one = exclusive(name, async () => {
    events.push('first begins');
    await first.promise;
    events.push('first ends');
  });
  const waiting = Promise.withResolvers<void>();
  const two = exclusive(
    name,
    async () => {
      events.push('second begins');
    },
    () => waiting.resolve(),
  );
  await waiting.promise;
  first.resolve();
  await Promise.all([one, two]);
  assert.deepEqual(events, ['first begins', 'first ends', 'second begins']);
});

test('tasks under different names do not wait for each other', async () => {
  const result = await exclusive(uniqueName(), () => exclusive(uniqueName(), async () => 'inner'));
  assert.equal(result, 'inner');
});

test('a task that fails lets go', async () => {
  const name = uniqueName();
  await assert.rejects(
    exclusive(name, async () => {
      throw new Error('task failed');
    }),
    /task failed/,
  );
  assert.equal(await exclusive(name, async () => 'free'), 'free');
});

test('a killed holder lets go', async () => {
  const name = uniqueName();
  const module = JSON.stringify(join(import.meta.dirname, '..', '..', 'lib', 'exclusive.ts'));
  const program = `
    const { exclusive } = await import(${module});
    await exclusive(${JSON.stringify(name)}, () => { process.stdout.write('held'); return new Promise(() => setInterval(() => {}, 1000)); });
  `;
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(holder.stdout, 'data');
    const waited = Promise.withResolvers<void>();
    const task = exclusive(name, async () => 'free', waited.resolve);
    await waited.promise;
    holder.kill('SIGKILL');
    assert.equal(await task, 'free');
  } finally {
    holder.kill('SIGKILL');
  }
});
