import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';

const SCRIPT = `
  import { runGo } from ${JSON.stringify(join(import.meta.dirname, '..', '..', 'go', 'ensure-go.ts'))};
  const { stdout } = await runGo(['version'], { purpose: 'a test', cwd: '/' });
  process.stdout.write(stdout);`;

test('a machine without Go gets the pinned toolchain, by pip, into the cache', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'caudal-go-'));
  try {
    const bin = join(directory, 'bin');
    await mkdir(bin);
    const { stdout: sh } = await runCommand('sh', ['-c', 'command -v sh']);
    await symlink(sh.trim(), join(bin, 'sh'));
    // The interpreter itself: what is on PATH may be a script of a version manager that needs more of the machine.
    const { stdout: python } = await runCommand('python3', ['-c', 'import sys; print(sys.executable)']);
    await writeFile(join(bin, 'python3'), `#!/bin/sh\nexec ${python.trim()} "$@"\n`, { mode: 0o755 });
    const { stdout } = await runCommand(process.execPath, ['--input-type=module', '--eval', SCRIPT], {
      environment: { PATH: bin, XDG_CACHE_HOME: join(directory, 'cache'), GOROOT: undefined },
    });
    assert.match(stdout, /^go version go1\.26\.\d+ linux\//);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
