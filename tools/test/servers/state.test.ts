import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { descriptionOf, serverNames } from '../../servers/descriptions/index.ts';
import {
  completeState,
  createState,
  ownState,
  readState,
  updateState,
  writeState,
} from '../../servers/state.ts';
import type { State } from '../../servers/state-shape.ts';

let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'caudal-state-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

const portsOf = (state: State) => serverNames.flatMap((name) => Object.values(ownState(state, name).ports));
const secretsOf = (state: State) =>
  serverNames.flatMap((name): string[] => Object.values(ownState(state, name).secrets));

test('a new state has its own ports and secrets for every server', async () => {
  const [one, two] = [await createState('processes'), await createState('processes')];
  for (const name of serverNames) {
    const { ports, secrets } = ownState(one, name);
    assert.deepEqual(Object.keys(ports), descriptionOf(name).ports);
    assert.deepEqual(Object.keys(secrets), Object.keys(descriptionOf(name).secrets));
  }
  assert.ok(portsOf(one).length >= 10 && secretsOf(one).length >= 5);
  assert.equal(new Set(portsOf(one)).size, portsOf(one).length);
  assert.equal(new Set([...secretsOf(one), ...secretsOf(two)]).size, 2 * secretsOf(one).length);
  assert.match(ownState(one, 'rabbitmq').secrets.password, /^[0-9a-f]{36}$/);
  assert.equal(Buffer.from(ownState(one, 'kafka').secrets.kafkaClusterId, 'base64url').length, 16);
});

test('a state gains the servers, ports and secrets described since it was written, and keeps the rest', async () => {
  const complete = await createState('processes');
  assert.equal(await completeState(complete), complete);
  const { redis: _, ...others } = complete.servers;
  const { password } = ownState(complete, 'rabbitmq').secrets;
  const { epmd: __, ...ports } = ownState(complete, 'rabbitmq').ports;
  const rabbitmq = { ports, secrets: { password } } as never;
  const old: State = { ...complete, servers: { ...others, rabbitmq } };
  const completed = await completeState(old);
  assert.deepEqual(Object.keys(completed.servers), serverNames);
  for (const name of ['kafka', 'valkey', 'prometheus'] as const)
    assert.deepEqual(completed.servers[name], complete.servers[name]);
  assert.match(ownState(completed, 'redis').secrets.password, /^[0-9a-f]{36}$/);
  const { ports: after, secrets } = ownState(completed, 'rabbitmq');
  assert.deepEqual({ ...after, epmd: 0 }, { ...ports, epmd: 0 });
  assert.equal(secrets.password, password);
  assert.equal(new Set(portsOf(completed)).size, portsOf(complete).length);
  assert.throws(() => ownState(old, 'redis'), /^Error: redis has not been set up: start it first$/);
});

test('a state of version 1 is read by server', async () => {
  const old = {
    version: 1,
    runtime: 'processes',
    ports: {
      rabbitmq: 11_001,
      rabbitmqManagement: 11_002,
      rabbitmqMetrics: 11_003,
      rabbitmqDistribution: 11_004,
      rabbitmqEpmd: 11_005,
      kafka: 11_006,
      kafkaController: 11_007,
      valkey: 11_008,
      redis: 11_009,
      prometheus: 11_010,
    },
    passwords: { rabbitmq: 'a', valkey: 'b', redis: 'c' },
    erlangCookie: 'd',
    kafkaClusterId: 'e',
    processes: { valkey: { pid: 42, startTicks: 7 } },
    owner: { pid: 41, startTicks: 6 },
  };
  await writeFile(join(directory, 'state.json'), JSON.stringify(old));
  const state = readState(directory);
  assert.deepEqual(state, {
    version: 2,
    runtime: 'processes',
    servers: {
      rabbitmq: {
        ports: { main: 11_001, management: 11_002, metrics: 11_003, distribution: 11_004, epmd: 11_005 },
        secrets: { password: 'a', erlangCookie: 'd' },
      },
      kafka: { ports: { main: 11_006, controller: 11_007 }, secrets: { kafkaClusterId: 'e' } },
      valkey: { ports: { main: 11_008 }, secrets: { password: 'b' } },
      redis: { ports: { main: 11_009 }, secrets: { password: 'c' } },
      prometheus: { ports: { main: 11_010 }, secrets: {} },
    },
    processes: old.processes,
    owner: old.owner,
  });
  const completed = await completeState(state as State);
  assert.deepEqual({ ...completed.servers, ...state?.servers }, completed.servers);
});

test('what is written is read, by its owner alone, and no other file stays', async () => {
  const state = await createState('processes');
  writeState(directory, state);
  assert.deepEqual(readState(directory), state);
  assert.equal((await stat(join(directory, 'state.json'))).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(directory), ['state.json']);
});

test('a change keeps the rest', async () => {
  const state = await createState('processes');
  writeState(directory, state);
  const valkey = { pid: 42, startTicks: 7 };
  updateState(directory, (current) => ({ ...current, processes: { ...current.processes, valkey } }));
  assert.deepEqual(readState(directory), { ...state, processes: { valkey } });
});

test('no state, a damaged one and one of another version are distinguished', async () => {
  assert.equal(readState(directory), undefined);
  assert.throws(() => updateState(directory, (state) => state), /no servers have been set up/);
  await writeFile(join(directory, 'state.json'), '{"version": 2');
  assert.throws(() => readState(directory), /is damaged/);
  await writeFile(join(directory, 'state.json'), '{"version": 99}');
  assert.throws(() => readState(directory), /another version/);
});
