import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import {
  createState,
  portsOf,
  readState,
  serverNames,
  updateState,
  writeState,
} from '../../servers/state.ts';

let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'caudal-state-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

test('a new state has its own ports and secrets for every server', async () => {
  const [one, two] = [await createState('processes'), await createState('processes')];
  const ports = serverNames.flatMap(portsOf);
  assert.deepEqual([...ports].sort(), Object.keys(one.ports).sort());
  assert.equal(new Set(Object.values(one.ports)).size, ports.length);
  const secrets = (state: typeof one) => [
    ...Object.values(state.passwords),
    state.erlangCookie,
    state.kafkaClusterId,
  ];
  assert.equal(new Set([...secrets(one), ...secrets(two)]).size, 10);
  assert.match(one.passwords.rabbitmq, /^[0-9a-f]{36}$/);
  assert.equal(Buffer.from(one.kafkaClusterId, 'base64url').length, 16);
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
  await writeFile(join(directory, 'state.json'), '{"version": 1');
  assert.throws(() => readState(directory), /is damaged/);
  await writeFile(join(directory, 'state.json'), '{"version": 99}');
  assert.throws(() => readState(directory), /another version/);
});
