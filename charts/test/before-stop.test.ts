import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { chart } from '../scripts/paths.ts';

describe('the hook of a broker that stops because its release is removed', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-before-stop-'));
  });
  after(() => rm(directory, { recursive: true }));

  /** Runs a server's hook with these programs as scripts; resolves with what it said and called. */
  async function run(server: 'kafka' | 'rabbitmq', name: string, programs: Readonly<Record<string, string>>) {
    const own = join(directory, name);
    await mkdir(own);
    for (const [program, script] of Object.entries(programs)) {
      const path = join(own, program);
      await writeFile(path, `#!/bin/sh\necho "${program} $*" >> ${own}/calls\n${script}\n`);
      await chmod(path, 0o755);
    }
    const log = join(own, 'log');
    await new Promise<void>((resolve, reject) => {
      execFile(
        'sh',
        [join(chart, 'files', server, 'before-stop.sh')],
        {
          env: {
            PATH: `${own}:${process.env.PATH}`,
            HOSTNAME: 'caudal-server-0',
            NODES_DOMAIN: 'caudal-server-nodes.caudal.svc.cluster.local',
            AWAIT_SECONDS: '60',
            SHARED: join(chart, 'files'),
            SAY_TO: log,
          },
        },
        (error) => (error === null ? resolve() : reject(error)),
      );
    });
    return {
      said: (await readFile(log, 'utf8')).trim().split('\n'),
      calls: await readFile(join(own, 'calls'), 'utf8'),
    };
  }

  it('lets a Kafka broker end without asking for its partitions', async () => {
    const { said, calls } = await run('kafka', 'kafka', { getent: 'exit 2' });
    assert.deepEqual(said, ['waiting before the stop: the release is being removed']);
    assert.match(calls, /^(getent hosts caudal-server-nodes\S+\n){3}$/);
  });

  it('lets a RabbitMQ node end without draining, also if the majority is there meanwhile', async () => {
    const { said, calls } = await run('rabbitmq', 'rabbitmq', {
      getent: 'exit 2',
      'rabbitmq-upgrade': 'sleep 0.5; exit 0',
    });
    assert.deepEqual(said, [
      'waiting before the stop: for a majority without this node',
      'waiting before the stop: the release is being removed',
    ]);
    assert.doesNotMatch(calls, /drain/);
  });
});
