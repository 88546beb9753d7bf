import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Account } from '@caudal/common/account';
import { useServers } from '@caudal/common/testing';
import { waitUntil } from '../../../../tools/lib/wait-until.ts';
import { type FaultyProxy, startFaultyProxy } from '../../src/faults/tcp-proxy.ts';
import { type ConsoleClient, createConsoleClient, totalsOf } from '../../src/load/console-client.ts';
import { waitForDrain } from '../../src/load/wait-for-drain.ts';
import type { Names } from '../../src/stack/service-environment.ts';
import { type Stack, startStack } from '../../src/stack/stack.ts';
import { uniqueNames } from '../support/unique-names.ts';

const BARE_INCREMENT = fileURLToPath(new URL('../programs/bare-increment.ts', import.meta.url));
const EARLY_ACKNOWLEDGEMENT = fileURLToPath(new URL('../programs/early-acknowledgement.ts', import.meta.url));
const LANE = 'rabbitmq-valkey';
const MESSAGES = 60;
const TIMEOUT_MS = 30_000;

const servers = useServers('rabbitmq', 'kafka', 'valkey', 'redis');

interface Bed {
  readonly stack: Stack;
  readonly client: ConsoleClient;
  readonly proxy: FaultyProxy;
  readonly names: Names;
}

/** Runs a fault on a stack whose RabbitMQ consumer is the product's or a mutant; returns the account. */
async function accountUnder(
  program: string | undefined,
  fault: (bed: Bed) => Promise<void>,
): Promise<Account> {
  const { addresses } = servers();
  const stateDirectory = await mkdtemp(join(tmpdir(), 'caudal-mutant-'));
  const names = uniqueNames('mutant');
  const url = new URL(addresses.valkeyUrl);
  const proxy = await startFaultyProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  let stack: Stack | undefined;
  try {
    stack = await startStack({
      addresses,
      names,
      replicas: { 'ingest-api': 1, 'rabbitmq-consumer': 1, 'kafka-consumer': 1 },
      stateDirectory,
      consumerStoreUrls: { valkey: url.href },
      ...(program !== undefined && { programs: { 'rabbitmq-consumer': program } }),
      onEvent: () => undefined,
    });
    const client = createConsoleClient(stack.consoleUrl);
    const before = totalsOf(await client.lanes({ identities: true }));
    await fault({ stack, client, proxy, names });
    await waitForDrain({
      client,
      expectedTotals: Object.fromEntries(Object.keys(before).map((lane) => [lane, MESSAGES])),
      stillForMs: 1_500,
      stalledAfterMs: 5_000,
      deadlineMs: 60_000,
    });
    return await client.compare({ accepted: { ES: MESSAGES }, unknown: {}, before });
  } finally {
    await stack?.stop();
    await proxy.close();
    await rm(stateDirectory, { recursive: true, force: true });
  }
}

async function post({ stack }: Bed, count: number): Promise<void> {
  const message = { description: 'for a mutant', country: 'ES', weather: 'sunny' };
  const response = await fetch(`${stack.baseUrl}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(Array.from({ length: count }, () => message)),
  });
  assert.equal(response.status, 202, await response.text());
}

/** The store has done the work, and its reply is lost on the way. */
async function loseReplies(bed: Bed): Promise<void> {
  const { proxy } = bed;
  await post(bed, MESSAGES / 2);
  proxy.resetInsteadOfReplies(1);
  await post(bed, MESSAGES / 2);
  assert.ok(await waitUntil(() => proxy.repliesHeldBack > 0, { timeoutMs: TIMEOUT_MS }));
}

/** The consumer is killed with messages in its hands that its store could not take. */
async function killWithFullHands(bed: Bed): Promise<void> {
  const { proxy, stack } = bed;
  const consumer = stack.processes().get('rabbitmq-consumer-1');
  assert.ok(consumer);
  proxy.refuse();
  await post(bed, MESSAGES);
  // The broker's own count of deliveries comes seconds later: an acknowledgement sent too early has arrived by then.
  const isTaken = async (): Promise<boolean> => (await deliveriesOf(bed.names.queue)) >= MESSAGES;
  assert.ok(await waitUntil(isTaken, { timeoutMs: TIMEOUT_MS }));
  consumer.signal('SIGKILL');
  assert.ok(await waitUntil(() => consumer.restarts > 0, { timeoutMs: TIMEOUT_MS }));
  proxy.pass();
}

/** Messages of a queue that RabbitMQ has delivered to consumers. */
async function deliveriesOf(queue: string): Promise<number> {
  const url = new URL(`/api/queues/%2F/${queue}`, servers().addresses.rabbitmqManagementUrl);
  const authorization = `Basic ${btoa(`${url.username}:${url.password}`)}`;
  url.username = '';
  url.password = '';
  const response = await fetch(url, { headers: { authorization } });
  const body = (await response.json()) as { message_stats?: { deliver?: number } };
  return body.message_stats?.deliver ?? 0;
}

function laneOf({ lanes }: Account, name: string) {
  const lane = lanes.find((candidate) => candidate.lane === name);
  assert.ok(lane);
  return lane;
}

describe('the account under faults', () => {
  it('is exact with the consumer as it is, when replies are lost', async () => {
    const account = await accountUnder(undefined, loseReplies);
    assert.equal(account.exact, true, JSON.stringify(account.findings));
  });

  it('is exact with the consumer as it is, when it is killed with full hands', async () => {
    const account = await accountUnder(undefined, killWithFullHands);
    assert.equal(account.exact, true, JSON.stringify(account.findings));
  });

  it('catches a bare HINCRBY instead of the script', async () => {
    const account = await accountUnder(BARE_INCREMENT, loseReplies);
    assert.equal(account.exact, false);
    assert.ok(laneOf(account, LANE).doubled > 0, JSON.stringify(account.findings));
    assert.equal(laneOf(account, 'kafka-redis').doubled, 0);
  });

  it('catches an acknowledgement before the write', async () => {
    const account = await accountUnder(EARLY_ACKNOWLEDGEMENT, killWithFullHands);
    assert.equal(account.exact, false);
    assert.ok(laneOf(account, LANE).lost > 0, JSON.stringify(account.findings));
    assert.equal(laneOf(account, 'kafka-redis').lost, 0);
  });
});
