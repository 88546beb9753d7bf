import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

const MODULE = pathToFileURL(join(import.meta.dirname, '..', '..', 'lib', 'leave-at-exit.ts')).href;

test('a process that leaves at its exit has done everything, called every listener, and kept its status', () => {
  const program = `
    const { leaveAtExit } = await import('${MODULE}');
    leaveAtExit();
    leaveAtExit();
    process.on('exit', (code) => console.log('exit', code));
    process.once('beforeExit', () => setTimeout(() => console.log('late work'), 10));
    setTimeout(() => { process.exitCode = 3; console.log('work'); }, 10);
    process.on('exit', () => console.log('last'));
  `;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  assert.equal(stdout, 'work\nlate work\nexit 3\nlast\n');
  assert.equal(status, 3);
});
