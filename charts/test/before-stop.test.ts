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

  /** Runs a server's hook with these programs as scripts; resolves with what it said and called, and when it ended. */
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
            TOGETHER_SECONDS: '8',
            SAY_TO: log,
          },
        },
        (error) => (error === null ? resolve() : reject(error)),
      );
    });
    return {
      endedAtMs: performance.now(),
      said: (await readFile(log, 'utf8')).trim().split('\n'),
      calls: await readFile(join(own, 'calls'), 'utf8'),
    };
  }

  it('lets Kafka brokers end together, however long each takes to notice', async () => {
    const runs = await Promise.all(
      [0, 1, 1.7].map((seconds) => run('kafka', `kafka-${seconds}`, { getent: `sleep ${seconds}; exit 2` })),
    );
    for (const { said } of runs)
      assert.deepEqual(said, ['waiting before the stop: the release is being removed']);
    const ends = runs.map(({ endedAtMs }) => endedAtMs);
    const apartMs = Math.max(...ends) - Math.min(...ends);
    // Without waiting for one another: about 5 s.
    assert.ok(apartMs < 2_000, `they ended ${Math.round(apartMs)} ms apart`);
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
