import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { chart } from '../scripts/paths.ts';

const files = join(chart, 'files');

describe('how the start script runs a Kafka broker', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-serve-'));
  });
  after(() => rm(directory, { recursive: true }));

  /**
   * Runs a script as server, sends SIGTERM when it has said `ready`; resolves with the status and with what was said.
   * @param preparation what the start script does before it runs the server
   */
  async function run(programs: { readonly server: string; readonly getent: string }, preparation = ':') {
    const own = await mkdtemp(join(directory, 'run-'));
    for (const [program, script] of Object.entries(programs)) {
      await writeFile(join(own, program), `#!/bin/sh\n${script}\n`);
      await chmod(join(own, program), 0o755);
    }
    const child = spawn(
      'sh',
      ['-c', `set -eu; . ${files}/removal.sh; . ${files}/kafka/serve.sh; ${preparation}; serve server`],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: `${own}:${process.env.PATH}`,
          HOSTNAME: 'caudal-server-0',
          NODES_DOMAIN: 'caudal-server-nodes.caudal.svc.cluster.local',
          REMOVAL_SECONDS: '0',
          // However slow the machine is, none is too old to be asked again.
          YOUNG_SECONDS: '600',
          LOOKUPS: join(own, 'lookups'),
        },
      },
    );
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        said.push(...chunk.toString().trim().split('\n'));
        if (said.join() === 'ready') child.kill('SIGTERM');
      });
    const [status] = await once(child, 'close');
    return { status, said };
  }

  it('ends as the broker does', async () => {
    assert.deepEqual(await run({ server: 'exit 3', getent: 'exit 0' }), { status: 3, said: [] });
  });

  it('passes SIGTERM on', async () => {
    const stopped = await run({
      server: "trap 'echo stopped; exit 7' TERM; echo ready; for i in $(seq 100); do sleep 0.1; done",
      getent: 'exit 0',
    });
    assert.deepEqual(stopped, { status: 7, said: ['ready', 'stopped'] });
  });

  it('asks a young broker again, which may have missed the first SIGTERM', async () => {
    // A shell may miss one itself.
    const program =
      "let asked = 0; process.on('SIGTERM', () => { if (++asked === 2) process.exit(9); }); setTimeout(() => {}, 10_000); console.log('ready');";
    const stopped = await run({ server: `exec ${process.execPath} -e "${program}"`, getent: 'exit 0' });
    assert.deepEqual(stopped, { status: 9, said: ['ready'] });
  });

  it('does not start a broker after a SIGTERM that came while the start was prepared', async () => {
    const stopped = await run({ server: 'echo started', getent: 'exit 0' }, 'kill -TERM $$');
    assert.deepEqual(stopped, { status: 143, said: [] });
  });

  it('lets a broker of a release that stays take its time', async () => {
    const stopped = await run({
      server:
        'trap "echo stopping; trap : TERM" TERM; touch $LOOKUPS; echo ready; until [ "$(wc -l < $LOOKUPS)" -ge 3 ]; do sleep 0.1; done; exit 5',
      getent: 'echo $2 >> $LOOKUPS',
    });
    assert.deepEqual(stopped, { status: 5, said: ['ready', 'stopping'] });
  });

  it('kills a broker that does not stop once its release has been removed', async () => {
    const stopped = await run({
      server: "trap 'echo stopping; trap : TERM' TERM; echo ready; for i in $(seq 100); do sleep 0.1; done",
      getent: 'exit 2',
    });
    assert.deepEqual(stopped, {
      status: 137,
      said: ['ready', 'stopping', 'still there 0 s after the release was removed: killed'],
    });
  });
});
