import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';

describe('a system that no engine knows', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-second-system-'));
  });
  after(() => rm(directory, { recursive: true }));

  /** Starts it once by the engine of `npm start`, with results and state of its own. */
  async function start(name: string, ...args: readonly string[]) {
    const results = join(directory, name, 'results');
    const program = join(import.meta.dirname, '..', 'programs', 'tally-system.ts');
    const child = spawn(process.execPath, [program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        CAUDAL_STATE_DIRECTORY: join(directory, name, 'state'),
        CAUDAL_RESULTS_DIRECTORY: results,
      },
    });
    const [stdout, stderr] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      child.exitCode ?? once(child, 'exit'),
    ]);
    return { status: child.exitCode, stdout, stderr, results };
  }

  it('is started, loaded, judged and reported on from its description alone', async () => {
    const { status, stdout, stderr, results } = await start('sound');
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^20 of 20 counted$/m);
    const [id = ''] = await readdir(results);
    assert.match(id, /-tallies-/);
    const run = JSON.parse(await readFile(join(results, id, 'run.json'), 'utf8'));
    assert.deepEqual(
      [run.system, run.command, run.settings, run.total],
      ['tallies', 'npm start -- tallies', { posts: 20 }, 20],
    );
    // None of a server: it uses none.
    assert.deepEqual(Object.keys(run.versions).sort(), ['caudal', 'k6', 'node']);
    assert.equal(await readFile(join(results, id, 'report.md'), 'utf8'), `# ${id}\n\n20\n`);
  });

  it('fails by its own verdict', async () => {
    const { status, stdout, stderr } = await start('lossy', 'lossy');
    assert.equal(status, 1, stderr);
    assert.match(stdout, /^18 of 20 counted$/m);
  });
});
