import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LaneReport } from '@caudal/common/account';
import type { Lane, SharedNames } from '@caudal/common/lanes';
import type { Servers } from '../../../../tools/servers/servers.ts';
import type { ServiceProcess } from '../../src/stack/service-process.ts';
import { type Stack, startStack } from '../../src/stack/stack.ts';
import { readLanes } from '../../src/workloads/messages/lanes.ts';
import {
  type ConsoleClient,
  createConsoleClient,
  type TotalsByLane,
  totalsOf,
} from '../../src/workloads/messages/load/console-client.ts';
import { waitForDrain } from '../../src/workloads/messages/load/wait-for-drain.ts';
import { CONSOLE, INGEST, messagesServices } from '../../src/workloads/messages/services.ts';
import { uniqueNames } from '../support/unique-names.ts';

/** A stack on queues, topics and keys of its own, with the console that reads them. */
export interface Bed {
  readonly stack: Stack;
  readonly client: ConsoleClient;
  readonly names: SharedNames;
  readonly lanes: readonly Lane[];
  /** Aborted when it stops, so that a stream of a test that failed ends too. */
  readonly stopped: AbortSignal;
  lane(name: string): Promise<LaneReport>;
  /** A process of a set, the first one by default. */
  process(set: string, number?: number): ServiceProcess;
  stop(): Promise<void>;
}

/**
 * Starts services on servers that other tests use too.
 * @param lanes as in `npm start -- --lanes`; default: the default lanes
 * @param programs in place of those of services, by name
 */
export async function startBed(
  servers: Servers,
  replicas: Readonly<Record<string, number>> = {},
  lanes?: string,
  programs: Readonly<Record<string, string>> = {},
): Promise<Bed> {
  const names = uniqueNames('scenario');
  const described = readLanes(lanes, names);
  const stateDirectory = await mkdtemp(join(tmpdir(), 'caudal-scenario-'));
  const stack = await startStack({
    addresses: servers.addresses,
    services: messagesServices({ lanes: described, names, replicas }).map((service) => ({
      ...service,
      program: programs[service.name] ?? service.program,
    })),
    stateDirectory,
    onEvent: () => undefined,
  });
  const client = createConsoleClient(stack.url(CONSOLE));
  const stopping = new AbortController();
  return {
    stack,
    client,
    names,
    lanes: described,
    stopped: stopping.signal,
    async lane(name) {
      const found = (await client.lanes()).find(({ lane }) => lane === name);
      assert.ok(found, `no lane ${name}`);
      return found;
    },
    process(set, number = 1) {
      const found = stack.processes().get(`${set}-${number}`);
      assert.ok(found, `no process ${number} of ${set}`);
      return found;
    },
    async stop() {
      stopping.abort();
      const ends = await stack.stop();
      await rm(stateDirectory, { recursive: true, force: true });
      const incomplete = [...ends].filter(([, end]) => end !== 'status 0');
      assert.deepEqual(incomplete, [], 'every process drains and exits with 0');
    },
  };
}

/** A steady stream of single messages, each retried under its own key until it is accepted. */
export interface Stream {
  /** Totals of the lanes before it. */
  readonly before: TotalsByLane;
  /** Accepted so far, by country. */
  readonly accepted: Readonly<Record<string, number>>;
  total(): number;
  /** Answers other than 202, by status; 0 is a broken connection. */
  readonly refusals: ReadonlyMap<number, number>;
  /** The last answer that was no 202. */
  lastProblem(): Problem | undefined;
  /** Ends it; resolves when every message that was begun is accepted. */
  stop(): Promise<void>;
}

/** An answer that was no 202. */
export interface Problem {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | null;
}

const COUNTRIES = ['ES', 'MX', 'US', 'JP', 'DE', 'BR'];

/** Starts a stream by `users` concurrent users, each waiting `pauseMs` between messages; the lanes have to be at rest. */
export async function startStream(bed: Bed, users: number, pauseMs: number): Promise<Stream> {
  const before = totalsOf(await bed.client.lanes({ identities: true }));
  const accepted: Record<string, number> = {};
  const refusals = new Map<number, number>();
  const run = randomUUID();
  let isOver = false;
  let problem: Problem | undefined;
  const post = async (key: string, country: string): Promise<void> => {
    for (;;) {
      if (bed.stopped.aborted) return;
      const status = await fetch(`${bed.stack.url(INGEST)}/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ description: 'a scenario', country, weather: 'rainy' }),
        signal: AbortSignal.timeout(10_000),
      }).then(
        async (response) => {
          const body = await response.text();
          if (response.status !== 202) {
            problem = { status: response.status, body, retryAfter: response.headers.get('retry-after') };
          }
          return response.status;
        },
        () => 0,
      );
      if (status === 202) break;
      refusals.set(status, (refusals.get(status) ?? 0) + 1);
      assert.ok(status === 0 || status === 503, `answered ${status}`);
      await sleep(100);
    }
    accepted[country] = (accepted[country] ?? 0) + 1;
  };
  const driving = Promise.all(
    Array.from({ length: users }, async (_, user) => {
      for (let n = 0; !isOver && !bed.stopped.aborted; n += 1) {
        await post(`${run}-${user}-${n}`, COUNTRIES[(user + n) % COUNTRIES.length] as string);
        await sleep(pauseMs);
      }
    }),
  );
  return {
    before,
    accepted,
    refusals,
    lastProblem: () => problem,
    total: () => Object.values(accepted).reduce((sum, n) => sum + n, 0),
    async stop() {
      isOver = true;
      await driving;
    },
  };
}

/** Waits until the lanes have drained and holds each of them to what was accepted. */
export async function assertExact(bed: Bed, stream: Stream): Promise<void> {
  const accepted = stream.total();
  assert.ok(accepted > 0, 'nothing was accepted');
  const { before } = stream;
  assert.deepEqual(Object.keys(before).sort(), bed.lanes.map(({ name }) => name).sort());
  const expected = (lane: string): number => accepted + (before[lane]?.total ?? 0);
  const drain = await waitForDrain({
    client: bed.client,
    expected: stream,
    stillForMs: 1_000,
    stalledAfterMs: 30_000,
    deadlineMs: 120_000,
  });
  assert.ok(drain.drained, drain.reason);
  const account = await bed.client.compare({ accepted: stream.accepted, unknown: {}, before });
  assert.deepEqual(account.findings, []);
  const totals = totalsOf(await bed.client.lanes({ identities: true }));
  assert.equal(Object.keys(totals).length, bed.lanes.length);
  for (const [lane, { total, identities }] of Object.entries(totals)) {
    assert.deepEqual([lane, total, identities], [lane, expected(lane), expected(lane)]);
  }
}

/** No process of the bed has died. */
export function assertNoRestart(bed: Bed): void {
  for (const [name, process] of bed.stack.processes()) assert.equal(process.restarts, 0, name);
}
