import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Account } from '@caudal/common/account';
import { defaultLanes, type Lane } from '@caudal/common/lanes';
import { BROKERS, type BrokerKind } from '@caudal/common/messaging';
import {
  eventually,
  type FaultyProxy,
  rabbitmqManagement,
  startFaultyProxy,
  useServers,
} from '@caudal/common/testing';
import { Redis } from 'iovalkey';
import { type Stack, startStack } from '../../src/stack/stack.ts';
import { consumerOf, storeUrlOf } from '../../src/workloads/messages/lanes.ts';
import {
  type ConsoleClient,
  createConsoleClient,
  totalsOf,
} from '../../src/workloads/messages/load/console-client.ts';
import { waitForDrain } from '../../src/workloads/messages/load/wait-for-drain.ts';
import { CONSOLE, INGEST, messagesServices } from '../../src/workloads/messages/services.ts';
import { uniqueNames } from '../support/unique-names.ts';

const program = (name: string): string => fileURLToPath(new URL(`../programs/${name}.ts`, import.meta.url));

const MESSAGES = 60;
const TIMEOUT_MS = 30_000;

const servers = useServers('rabbitmq', 'kafka', 'valkey', 'redis');

interface Bed {
  readonly stack: Stack;
  readonly client: ConsoleClient;
  /** Before the store of the lane under test. */
  readonly proxy: FaultyProxy;
  readonly lane: Lane;
}

/** Breaks something while messages are stored. */
type Fault = (bed: Bed) => Promise<void>;

/** Runs a fault on a stack in which a lane's consumer is the product's or a mutant; returns the account. */
async function accountUnder(laneName: string, mutant: string | undefined, fault: Fault): Promise<Account> {
  const { addresses } = servers();
  const names = uniqueNames('mutant');
  const lane = defaultLanes(names).find(({ name }) => name === laneName);
  assert.ok(lane, laneName);
  const stateDirectory = await mkdtemp(join(tmpdir(), 'caudal-mutant-'));
  const url = new URL(storeUrlOf(lane, addresses));
  const proxy = await startFaultyProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  let stack: Stack | undefined;
  try {
    stack = await startStack({
      addresses,
      services: messagesServices({ names, storeUrls: { [lane.name]: url.href } }).map((service) =>
        mutant === undefined || service.name !== consumerOf(lane)
          ? service
          : { ...service, program: program(mutant) },
      ),
      stateDirectory,
      onEvent: () => undefined,
    });
    const client = createConsoleClient(stack.url(CONSOLE));
    const accepted = { ES: MESSAGES };
    const before = totalsOf(await client.lanes({ identities: true }));
    await fault({ stack, client, proxy, lane });
    await waitForDrain({
      client,
      expected: { accepted, before },
      stillForMs: 1_500,
      stalledAfterMs: 10_000,
      deadlineMs: 60_000,
    });
    return await client.compare({ accepted, unknown: {}, before });
  } finally {
    await stack?.stop();
    await proxy.close();
    await rm(stateDirectory, { recursive: true, force: true });
  }
}

async function hasNoBacklog({ client, lane }: Bed): Promise<boolean> {
  const report = (await client.lanes()).find((candidate) => candidate.lane === lane.name);
  return report?.backlog?.messages === 0;
}

async function post({ stack }: Bed, count: number): Promise<void> {
  const message = { description: 'for a mutant', country: 'ES', weather: 'sunny' };
  const response = await fetch(`${stack.url(INGEST)}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(Array.from({ length: count }, () => message)),
  });
  assert.equal(response.status, 202, await response.text());
}

/** The store has done the work, and its reply is lost on the way. */
async function loseReplies(bed: Bed): Promise<void> {
  const { proxy } = bed;
  // One by one: flushes take the partitions in turn, and only a partition's first batch asks the store something else.
  for (let n = 0; n < MESSAGES / 2; n += 1) await post(bed, 1);
  await untilStored(bed, MESSAGES / 2);
  proxy.resetInsteadOfReplies(1);
  await post(bed, MESSAGES / 2);
  await eventually(
    () => proxy.repliesHeldBack,
    (count) => count > 0,
    { timeoutMs: TIMEOUT_MS, what: 'a reply to be lost' },
  );
}

async function untilStored({ client, lane }: Bed, messages: number): Promise<void> {
  await eventually(
    async () => (await client.lanes()).find((candidate) => candidate.lane === lane.name)?.totals?.total,
    (total) => total === messages,
    { timeoutMs: TIMEOUT_MS, what: `${messages} messages to be stored` },
  );
}

/** The consumer is killed with messages in its hands that its store could not take. */
async function killWithFullHands(bed: Bed): Promise<void> {
  const { proxy, stack, lane } = bed;
  const consumer = stack.processes().get(`${consumerOf(lane)}-1`);
  assert.ok(consumer);
  proxy.refuse();
  await post(bed, MESSAGES);
  // The broker's own count of deliveries comes seconds later: an acknowledgement sent too early has arrived by then.
  await eventually(
    () => deliveriesOf(bed.lane.subscription),
    (count) => count >= MESSAGES,
    { timeoutMs: TIMEOUT_MS, what: `${MESSAGES} deliveries` },
  );
  consumer.signal('SIGKILL');
  await eventually(
    () => consumer.restarts,
    (count) => count > 0,
    { timeoutMs: TIMEOUT_MS, what: 'a restart' },
  );
  proxy.pass();
  // What the new process has yet to store is not lost; what the broker no longer has is.
  await consumer.untilReady(TIMEOUT_MS);
  await eventually(() => hasNoBacklog(bed), Boolean, {
    timeoutMs: TIMEOUT_MS,
    what: 'the broker to be empty',
  });
}

/** The store comes back without what the first half of the messages had left in it. */
async function emptyTheStore(bed: Bed): Promise<void> {
  const { lane } = bed;
  await post(bed, MESSAGES / 2);
  await untilStored(bed, MESSAGES / 2);
  const store = new Redis(storeUrlOf(lane, servers().addresses));
  try {
    const keys = await store.keys(`${lane.keyPrefix}*`);
    assert.ok(keys.length > 0, 'nothing to remove');
    await store.del(...keys);
  } finally {
    store.disconnect();
  }
  // One by one: each is a flush, and flushes take the partitions in turn, so every partition notices.
  for (let n = 0; n < MESSAGES / 2; n += 1) await post(bed, 1);
}

/** Messages of a queue that RabbitMQ has delivered to consumers. */
async function deliveriesOf(queue: string): Promise<number> {
  const management = rabbitmqManagement(servers().addresses.rabbitmq.managementUrl);
  const response = await management('GET', `/api/queues/%2F/${queue}`);
  const body = (await response.json()) as { message_stats?: { deliver?: number } };
  return body.message_stats?.deliver ?? 0;
}

/** What a lane's broker makes possible: the faults that its consumer withstands, and the bugs that they find. */
const CASES: Readonly<
  Record<
    BrokerKind<never>['kind'],
    {
      readonly faults: readonly (readonly [what: string, fault: Fault])[];
      readonly mutants: readonly (readonly [
        what: string,
        program: string,
        fault: Fault,
        finding: 'lost' | 'doubled',
      ])[];
    }
  >
> = {
  queue: {
    faults: [
      ['when replies are lost', loseReplies],
      ['when it is killed with full hands', killWithFullHands],
    ],
    mutants: [
      ['a bare HINCRBY instead of the script', 'bare-increment', loseReplies, 'doubled'],
      ['an acknowledgement before the write', 'early-acknowledgement', killWithFullHands, 'lost'],
    ],
  },
  log: {
    faults: [
      ['when replies are lost', loseReplies],
      ['when the store comes back empty', emptyTheStore],
    ],
    mutants: [
      ['a log position moved before the write', 'position-before-write', loseReplies, 'lost'],
      ['a store position that is ignored', 'position-ignored', emptyTheStore, 'lost'],
    ],
  },
};

/** Lanes whose consumers are replaced, one at a time. */
const LANES = defaultLanes();

describe('the account under faults', () => {
  for (const { name, broker } of LANES) {
    const { faults, mutants } = CASES[BROKERS[broker].kind];
    for (const [what, fault] of faults) {
      it(`is exact with the consumer of ${name} as it is, ${what}`, async () => {
        const account = await accountUnder(name, undefined, fault);
        assert.equal(account.exact, true, JSON.stringify(account.findings));
      });
    }
    for (const [what, mutant, fault, finding] of mutants) {
      it(`catches ${what} in ${name}`, async () => {
        const account = await accountUnder(name, mutant, fault);
        assert.equal(account.exact, false);
        const found = account.lanes.filter((lane) => lane[finding] > 0).map(({ lane }) => lane);
        assert.deepEqual(found, [name], JSON.stringify(account.findings));
        assert.equal(account.lanes.length, LANES.length);
      });
    }
  }
});
