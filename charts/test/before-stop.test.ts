import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { chart } from '../scripts/paths.ts';

describe('the hook of a broker that stops', () => {
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
            KAFKA_TOPICS: 'kafka-topics.sh',
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

  it('lets a Kafka broker of a removed release end without an answer about its partitions', async () => {
    const { said, calls } = await run('kafka', 'kafka', {
      getent: 'exit 2',
      'kafka-topics.sh': 'exec sleep 20',
    });
    assert.deepEqual(said, ['waiting before the stop: the release is being removed']);
    assert.equal(calls.match(/^getent hosts caudal-server-nodes/gm)?.length, 3);
  });

  it('holds a Kafka broker until every copy is in sync', async () => {
    const { said } = await run('kafka', 'in-sync', {
      getent: 'exit 0',
      'kafka-topics.sh':
        'if [ -f "$0.asked" ]; then exit 0; fi; touch "$0.asked"; printf "Topic: message\\tPartition: %d\\n" 0 7',
    });
    assert.deepEqual(said, [
      'waiting before the stop: 2 partitions lack a copy',
      'waiting before the stop: every copy is in sync',
    ]);
  });

  it('lets a RabbitMQ node of a removed release end without draining, also if the majority is there meanwhile', async () => {
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
