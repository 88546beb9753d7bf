import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, it } from 'node:test';

const PROGRAM = join(import.meta.dirname, '..', 'programs', 'stoppable.ts');

describe('a process with a Lifecycle', () => {
  let child: ChildProcess | undefined;
  afterEach(() => child?.kill('SIGKILL'));

  /** Starts the program; `until` resolves with the first line of its log that has this message. */
  const start = async () => {
    const started = fork(PROGRAM, {
      // By default Node.js turns a rejection into an uncaught exception; NODE_OPTIONS may change that.
      execArgv: ['--unhandled-rejections=none'],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    child = started;
    const log: string[] = [];
    let onLine = (): void => undefined;
    createInterface({ input: started.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      log.push((JSON.parse(line) as { msg: string }).msg);
      onLine();
    });
    const until = (message: string) =>
      new Promise<void>((resolve) => {
        onLine = () => {
          if (log.includes(message)) resolve();
        };
        onLine();
      });
    const exited = once(started, 'exit') as Promise<[code: number | null, signal: string | null]>;
    assert.deepEqual(await once(started, 'message'), ['ready', undefined]);
    return { child: started, log, until, exited };
  };

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`drains on ${signal} and exits with 0`, async () => {
      const program = await start();
      program.child.kill(signal);
      await program.until('stopping');
      assert.equal(program.child.exitCode, null);
      program.child.send('release');
      assert.deepEqual(await program.exited, [0, null]);
    });
  }

  it('exits with 1 immediately on a second signal, whatever still runs', async () => {
    const program = await start();
    program.child.kill('SIGTERM');
    await program.until('stopping');
    program.child.kill('SIGINT');
    assert.deepEqual(await program.exited, [1, null]);
    assert.ok(!program.log.includes('stopped'));
  });

  for (const kind of ['reject', 'throw']) {
    it(`drains and exits with 1 when something is broken: ${kind}`, async () => {
      const program = await start();
      program.child.send(kind);
      await program.until('stopping');
      assert.ok(program.log.some((message) => message.startsWith('fatal: uncaught')));
      program.child.send('release');
      assert.deepEqual(await program.exited, [1, null]);
      assert.ok(program.log.includes('stopped'));
    });
  }
});
