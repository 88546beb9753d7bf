import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { eventually, useServers } from '@caudal/common/testing';
import { isRunning, type ProcessIdentity } from '../../../../tools/lib/process-identity.ts';
import { type LoadRun, localLoad } from '../../src/load/run-k6.ts';
import { type Stack, startStack } from '../../src/stack/stack.ts';
import { createConsoleClient } from '../../src/workloads/messages/load/console-client.ts';
import {
  type LoadResult,
  type MeasureOptions,
  measureLoad,
} from '../../src/workloads/messages/load/measure-load.ts';
import { CONSOLE, INGEST, messagesServices } from '../../src/workloads/messages/services.ts';
import { uniqueNames } from '../support/unique-names.ts';
import { useK6 } from '../support/use-k6.ts';

const servers = useServers('rabbitmq', 'kafka', 'valkey', 'redis');
const k6 = useK6();

describe('the local stack', () => {
  const events: string[] = [];
  let stateDirectory: string;
  let stack: Stack;
  let identities: ProcessIdentity[] = [];

  const load = (
    scenario: string,
    variables: Record<string, string>,
    options: Pick<MeasureOptions, 'signal' | 'onLoadStarted'> = {},
  ) =>
    measureLoad({
      ...options,
      client: createConsoleClient(stack.url(CONSOLE)),
      metricsUrls: stack.metricsUrls,
      startLoad: localLoad({
        k6: k6(),
        scenario,
        baseUrl: stack.url(INGEST),
        variables,
        logFile: join(stateDirectory, 'k6.log'),
        accountFile: join(stateDirectory, `account-${Object.values(variables).join('-')}.json`),
      }),
      onProgress: () => undefined,
      sampleIntervalMs: 200,
    });
  /** Acts while messages are being accepted. The load lasts until that is done, however slow the machine is. */
  const actUnderLoad = async (seed: string, act: () => Promise<void>): Promise<LoadResult> => {
    const ending = new AbortController();
    const started = Promise.withResolvers<LoadRun>();
    const result = load(
      'steady',
      { RATE: '100', USERS: '10', DURATION: '10m', SEED: seed },
      { signal: ending.signal, onLoadStarted: started.resolve },
    );
    result.catch(started.reject);
    try {
      const run = await started.promise;
      const accepted = (): Promise<number> => run.counter('messages_accepted');
      const acceptMore = async (what: string): Promise<void> => {
        const before = await accepted();
        // A load that has ended counts 0.
        await eventually(accepted, (count) => count > before + 50, { timeoutMs: 60_000, what });
      };
      await acceptMore('messages to be accepted before');
      await act();
      await acceptMore('messages to be accepted afterwards');
    } finally {
      ending.abort();
      await result.catch(() => undefined);
    }
    return await result;
  };
  const running = (): ProcessIdentity[] =>
    [...stack.processes().values()].flatMap(({ identity }) => (identity === undefined ? [] : [identity]));

  before(async () => {
    stateDirectory = await mkdtemp(join(tmpdir(), 'caudal-stack-'));
    const names = uniqueNames('stack');
    stack = await startStack({
      addresses: servers().addresses,
      services: messagesServices({
        names,
        replicas: { 'ingest-api': 2, 'rabbitmq-consumer': 2 },
      }),
      stateDirectory,
      targetsDirectory: join(stateDirectory, 'targets'),
      onEvent: (line) => events.push(line),
    });
  });
  after(async () => {
    identities = running();
    const ends = await stack.stop();
    assert.ok(ends.size >= 4, `${ends.size} processes`);
    assert.deepEqual(
      [...ends].filter(([, end]) => end !== 'status 0'),
      [],
    );
    assert.deepEqual(identities.filter(isRunning), []);
    await rm(stateDirectory, { recursive: true });
  });

  it('takes a load through two doors to the last message', async () => {
    const result = await load('seed', { MESSAGES: '500', USERS: '10', SEED: 'a' });
    assert.equal(result.account.exact, true, JSON.stringify(result.account.findings));
    for (const lane of result.account.lanes) {
      assert.deepEqual([lane.accepted, lane.stored, lane.identities], [500, 500, 500]);
      assert.equal(result.latencyByLane[lane.lane]?.messages, 500);
      assert.ok((result.latencyByLane[lane.lane]?.p99 ?? 0) > 0);
    }
    assert.equal(result.notDrained, undefined);
    for (const name of ['ingest-api-1', 'ingest-api-2']) assert.ok((stack.requestBytes(name) ?? 0) > 0, name);
    assert.equal(stack.requestBytes('kafka-consumer-1'), undefined);
    assert.equal(stack.requestsCutOff(), 0);
  });

  it('restarts a killed process, and is still exact', async () => {
    const consumer = stack.processes().get('rabbitmq-consumer-1');
    assert.ok(consumer);
    const killed = consumer.identity;
    const result = await actUnderLoad('b', async () => {
      consumer.signal('SIGKILL');
      await eventually(
        () => consumer.restarts,
        (count) => count === 1,
        { timeoutMs: 60_000, what: 'one restart' },
      );
      await consumer.untilReady(60_000);
    });
    assert.equal(result.account.exact, true, JSON.stringify(result.account.findings));
    assert.notDeepEqual(consumer.identity, killed);
    assert.ok(events.some((line) => line.includes('rabbitmq-consumer-1 exited (SIGKILL)')));
  });

  it('scales consumers up and down under load', async () => {
    const client = createConsoleClient(stack.url(CONSOLE));
    const consumers = async () =>
      Object.fromEntries((await client.lanes()).map(({ lane, backlog }) => [lane, backlog?.consumers]));
    const result = await actUnderLoad('c', async () => {
      await stack.scale('rabbitmq-consumer', 4);
      await stack.scale('kafka-consumer', 2);
      await stack.scale('ingest-api', 1);
      await eventually(consumers, (by) => by['rabbitmq-valkey'] === 4, {
        timeoutMs: 60_000,
        what: '4 consumers',
      });
      await stack.scale('rabbitmq-consumer', 1);
      await stack.scale('kafka-consumer', 1);
    });
    assert.equal(result.account.exact, true, JSON.stringify(result.account.findings));
    assert.deepEqual([...stack.processes().keys()].sort(), [
      'console',
      'ingest-api-1',
      'kafka-consumer-1',
      'rabbitmq-consumer-1',
    ]);
  });
});
