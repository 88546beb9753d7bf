import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Account } from '@caudal/common/account';
import type { Lane, SharedNames } from '@caudal/common/lanes';
import { eventually, type FaultyProxy, rabbitmqManagement, startFaultyProxy } from '@caudal/common/testing';
import { Redis } from 'iovalkey';
import type { ServerAddresses } from '../../../../tools/servers/servers.ts';
import { type Stack, startStack } from '../../src/stack/stack.ts';
import { judgeMessages } from '../../src/workloads/messages/judge.ts';
import { consumerOf, storeUrlOf } from '../../src/workloads/messages/lanes.ts';
import {
  type ConsoleClient,
  createConsoleClient,
  totalsOf,
} from '../../src/workloads/messages/load/console-client.ts';
import { waitForDrain } from '../../src/workloads/messages/load/wait-for-drain.ts';
import { type MUTANT_FAULTS, withstoodBy } from '../../src/workloads/messages/mutants.ts';
import { CONSOLE, INGEST, messagesServices } from '../../src/workloads/messages/services.ts';
import { keepsRows, withRows } from '../../src/workloads/messages/verify/rows/with-rows.ts';
import type { Mutant } from '../../src/workloads/workload.ts';
import { uniqueNames } from './unique-names.ts';

/** Describes the lanes with names of their own. */
type LanesOf = (names: SharedNames) => readonly Lane[];

const MESSAGE_COUNT = 60;
const TIMEOUT_MS = 30_000;

interface Bed {
  readonly addresses: ServerAddresses;
  readonly stack: Stack;
  readonly client: ConsoleClient;
  /** Before the store of the lane under test. */
  readonly proxy: FaultyProxy;
  readonly lane: Lane;
}

/** Breaks something while messages are stored. */
type Fault = (bed: Bed) => Promise<void>;

/** Runs a fault on a stack in which a lane's consumer is the product's or a mutant; returns the account. */
async function accountUnder(
  addresses: ServerAddresses,
  lanesOf: LanesOf,
  laneName: string,
  mutant: Pick<Mutant, 'service' | 'program'> | undefined,
  fault: Fault,
): Promise<Account> {
  const names = uniqueNames('mutant');
  const lanes = lanesOf(names);
  const lane = lanes.find(({ name }) => name === laneName);
  assert.ok(lane, laneName);
  const stateDirectory = await mkdtemp(join(tmpdir(), 'caudal-mutant-'));
  const url = new URL(storeUrlOf(lane, addresses));
  const proxy = await startFaultyProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  let stack: Stack | undefined;
  try {
    stack = await startStack({
      addresses,
      services: messagesServices({ lanes, names, storeUrls: { [lane.name]: url.href } }).map((service) =>
        service.name === mutant?.service ? { ...service, program: mutant.program } : service,
      ),
      stateDirectory,
      onEvent: () => undefined,
    });
    const client = createConsoleClient(stack.url(CONSOLE));
    // The console cannot read a store with a schema before its consumer has made it.
    await waitForDrain({ client, stillForMs: 0, stalledAfterMs: TIMEOUT_MS, deadlineMs: 2 * TIMEOUT_MS });
    const accepted = { ES: MESSAGE_COUNT };
    const before = totalsOf(await client.lanes({ identities: true }));
    await fault({ addresses, stack, client, proxy, lane });
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
  const { proxy, lane } = bed;
  // One by one: flushes take the partitions in turn, and only a partition's first batch asks the store something else.
  for (let n = 0; n < MESSAGE_COUNT / 2; n += 1) await post(bed, 1);
  await untilStored(bed, MESSAGE_COUNT / 2);
  const rounds = REPLIES_A_BATCH[lane.store] ?? 1;
  const share = Math.floor(MESSAGE_COUNT / 2 / rounds);
  for (let after = 0; after < rounds; after += 1) {
    const before = proxy.repliesHeldBack;
    proxy.resetInsteadOfReplies(1, after);
    await post(bed, after === rounds - 1 ? MESSAGE_COUNT / 2 - share * after : share);
    await eventually(
      () => proxy.repliesHeldBack,
      (count) => count > before,
      { timeoutMs: TIMEOUT_MS, what: `reply ${after + 1} of a batch to be lost` },
    );
  }
}

/** Replies to a batch, where there is more than one: each is lost in turn, that to the commit among them. */
const REPLIES_A_BATCH: Readonly<Partial<Record<Lane['store'], number>>> = { ignite: 8 };

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
  await post(bed, MESSAGE_COUNT);
  // The broker's own count of deliveries comes seconds later: an acknowledgement sent too early has arrived by then.
  await eventually(
    () => deliveriesOf(bed),
    (count) => count >= MESSAGE_COUNT,
    { timeoutMs: TIMEOUT_MS, what: `${MESSAGE_COUNT} deliveries` },
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
  await post(bed, MESSAGE_COUNT / 2);
  await untilStored(bed, MESSAGE_COUNT / 2);
  await clear(bed);
  // One by one: each is a flush, and flushes take the partitions in turn, so every partition notices.
  for (let n = 0; n < MESSAGE_COUNT / 2; n += 1) await post(bed, 1);
}

/** Removes everything that a lane has in its store. */
async function clear({ lane, addresses }: Bed): Promise<void> {
  const url = storeUrlOf(lane, addresses);
  if (keepsRows(url)) {
    await withRows({ url, keyPrefix: lane.keyPrefix }, (raw) => raw.clear());
    return;
  }
  const store = new Redis(url);
  try {
    const keys = await store.keys(`${lane.keyPrefix}*`);
    assert.ok(keys.length > 0, 'nothing to remove');
    await store.del(...keys);
  } finally {
    store.disconnect();
  }
}

/** Messages of a queue that RabbitMQ has delivered to consumers. */
async function deliveriesOf({ addresses, lane: { subscription: queue } }: Bed): Promise<number> {
  const management = rabbitmqManagement(addresses.rabbitmq.managementUrl);
  const response = await management('GET', `/api/queues/%2F/${queue}`);
  const body = (await response.json()) as { message_stats?: { deliver?: number } };
  return body.message_stats?.deliver ?? 0;
}

/** How the faults of the description are made. */
const FAULTS: Readonly<Record<(typeof MUTANT_FAULTS)[number], Fault>> = {
  'lost replies': loseReplies,
  'killed with full hands': killWithFullHands,
  'store comes back empty': emptyTheStore,
};

/** The product withstands every fault in each lane, and each of its mutants is caught under one of them. */
export function describeMutants(
  lanesOf: LanesOf,
  mutants: readonly Mutant[],
  servers: () => { readonly addresses: ServerAddresses },
): void {
  const lanes = lanesOf(uniqueNames('mutant'));
  describe('the account under faults', () => {
    for (const lane of lanes) {
      for (const fault of withstoodBy(lane)) {
        it(`is exact with the consumer of ${lane.name} as it is: ${fault}`, async () => {
          const { addresses } = servers();
          const account = await accountUnder(addresses, lanesOf, lane.name, undefined, FAULTS[fault]);
          assert.equal(account.exact, true, JSON.stringify(account.findings));
        });
      }
    }
    assert.ok(mutants.length > 0);
    for (const { bug, program, service, under, finding, subject } of mutants) {
      it(`catches ${bug} in ${subject}`, async () => {
        const fault = FAULTS[under as keyof typeof FAULTS];
        assert.ok(fault, under);
        const { addresses } = servers();
        const account = await accountUnder(addresses, lanesOf, subject, { service, program }, fault);
        const { findings, exact } = judgeMessages({ account });
        assert.equal(exact, false);
        assert.deepEqual(
          [...new Set(findings.filter(({ kind }) => kind === finding).map((found) => found.subject))],
          [subject],
          JSON.stringify(findings),
        );
        assert.equal(account.lanes.length, lanes.length);
      });
    }
  });
}
