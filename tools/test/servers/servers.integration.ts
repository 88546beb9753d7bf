import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  descendantsOf,
  identifyProcess,
  isRunning,
  isStopped,
  type ProcessIdentity,
} from '../../lib/process-identity.ts';
import { waitUntil } from '../../lib/wait-until.ts';
import { AccessRefusedError, connectThinClient } from '../../servers/descriptions/ignite/thin-client.ts';
import { descriptionOf, type ServerName, serverNames } from '../../servers/descriptions/index.ts';
import { isPortFree } from '../../servers/ports.ts';
import { findServers, type Servers, startServers } from '../../servers/servers.ts';
import { ownState, stateOf, updateState } from '../../servers/state.ts';

let directory = '';
let servers: Servers;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'caudal-servers-'));
  servers = await startServers({
    only: serverNames,
    dataDirectory: directory,
    fresh: true,
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
});

after(async () => {
  await servers?.down();
  await rm(directory, { recursive: true, force: true });
});

const own = <Name extends ServerName>(name: Name) => ownState(stateOf(directory), name);
const isReady = (name: ServerName): Promise<boolean> => descriptionOf(name).isReady(own(name));
/** Ports of all servers, by `<server> <port>`. */
const allPorts = (): Readonly<Record<string, number>> =>
  Object.fromEntries(
    serverNames.flatMap((name) =>
      Object.entries(own(name).ports).map(([port, number]) => [`${name} ${port}`, number]),
    ),
  );

/** Runs a statement in PostgreSQL by its own client, as the owner of the database or who else the URL names. */
const psql = (statement: string, url = servers.addresses.postgresql.url): Promise<string> =>
  servers.execute('postgresql', ['psql', '-qAt', '-v', 'ON_ERROR_STOP=1', '-c', statement, url]);

/** A question whose failure is a no. */
const sure = (ask: () => Promise<boolean>) => () => ask().catch(() => false);

/** Runs a statement in Ignite. */
async function runInIgnite(statement: string): Promise<void> {
  const { ports, secrets } = own('ignite');
  const client = await connectThinClient(ports.main, 'ignite', secrets.password);
  await client.run(statement).finally(() => client.close());
}

/** Sends commands to a store and gives the lines of its replies; empty if it does not answer in time. */
async function ask(url: string, ...commands: string[]): Promise<string[]> {
  const { hostname, port, password } = new URL(url);
  const socket = connect(Number(port), hostname);
  const lines: string[] = [];
  try {
    socket.setTimeout(2_000, () => socket.destroy(new Error('no answer')));
    socket.write([`AUTH ${password}`, ...commands, 'QUIT'].map((command) => `${command}\r\n`).join(''));
    for await (const chunk of socket) lines.push(...String(chunk).split('\r\n'));
  } catch {
    return [];
  }
  return lines.slice(1);
}

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      resolve(true);
      socket.destroy();
    });
  });
}

/** A request to RabbitMQ's HTTP API as its user, or as another user. */
async function management(path: string, init: RequestInit = {}, credentials?: string): Promise<Response> {
  const url = new URL(servers.addresses.rabbitmq.managementUrl);
  const user = credentials ?? `${url.username}:${url.password}`;
  return fetch(new URL(path, url.origin), {
    ...init,
    headers: { authorization: `Basic ${Buffer.from(user).toString('base64')}`, connection: 'close' },
    signal: AbortSignal.timeout(10_000),
  });
}

function pidOf(name: ServerName): number {
  const pid = servers.pid(name);
  assert.ok(pid, `${name} does not run`);
  return pid;
}

/** A server's process and all that it has started. */
function processesOf(name: ServerName): readonly ProcessIdentity[] {
  const identity = identifyProcess(pidOf(name));
  assert.ok(identity);
  return [identity, ...descendantsOf(identity)];
}

test('all answer their protocols', async () => {
  for (const name of serverNames) {
    assert.equal(await isReady(name), true, name);
    assert.equal(await servers.status(name), 'running');
  }
  assert.equal(new URL(servers.addresses.rabbitmq.url).protocol, 'amqp:');
  assert.equal((await management('/api/overview')).status, 200);
  assert.equal(servers.addresses.kafka.brokers, `127.0.0.1:${own('kafka').ports.main}`);
});

test('strangers are not let in', async () => {
  assert.equal((await management('/api/overview', {}, 'guest:guest')).status, 401);
  for (const url of [servers.addresses.valkey.url, servers.addresses.redis.url]) {
    const stranger = new URL(url);
    stranger.password = 'wrong';
    const [reply = ''] = await ask(stranger.href, 'GET key');
    assert.match(reply, /^-NOAUTH/);
  }
  const { url, adminUrl } = servers.addresses.postgresql;
  for (const each of [url, adminUrl]) {
    const stranger = new URL(each);
    stranger.password = 'wrong';
    await assert.rejects(psql('select 1', stranger.href), /password authentication failed/);
  }
  // What a new cluster is reached with.
  await assert.rejects(connectThinClient(own('ignite').ports.main, 'ignite', 'ignite'), AccessRefusedError);
  assert.equal((await stat(join(directory, 'state.json'))).mode & 0o777, 0o600);
});

test('nothing listens beyond 127.0.0.1', async () => {
  for (const [name, port] of Object.entries(allPorts())) {
    // What listens on every address answers here as well.
    assert.equal(await connects('127.0.0.2', port), false, name);
    assert.equal(await connects('127.0.0.1', port), true, name);
  }
});

test('every server runs without privileges in a root of its own', async () => {
  for (const name of serverNames) {
    const status = await readFile(`/proc/${pidOf(name)}/status`, 'utf8');
    assert.match(status, /^Uid:\s+(?!0\s)\d+/m, name);
    assert.match(status, /^CapEff:\s+0+$/m, name);
    assert.match(status, /^CapBnd:\s+0+$/m, name);
    assert.match(status, /^NoNewPrivs:\s+1$/m, name);
    const mounts = await readFile(`/proc/${pidOf(name)}/mounts`, 'utf8');
    assert.match(mounts, /^overlay \/ overlay ro,/m, name);
  }
});

test('Prometheus scrapes RabbitMQ and what is put into the targets directory', async () => {
  const target = `127.0.0.1:${own('prometheus').ports.main}`;
  await writeFile(
    join(servers.targetsDirectory, 'itself.json'),
    JSON.stringify([{ targets: [target], labels: { service: 'itself' } }]),
  );
  const upOf = async (query: string) => {
    const url = `${servers.addresses.prometheus.url}/api/v1/query?query=${encodeURIComponent(query)}`;
    const answer = (await (await fetch(url, { headers: { connection: 'close' } })).json()) as {
      data: { result: { value: [number, string] }[] };
    };
    return answer.data.result[0]?.value[1];
  };
  for (const query of ['up{service="itself"}', 'up{job="rabbitmq"}', 'up{job="rabbitmq-queues"}']) {
    assert.ok(await waitUntil(async () => (await upOf(query)) === '1', { timeoutMs: 20_000 }), query);
  }
});

test('a suspended server does not answer, and resumes where it was', async () => {
  const pids = serverNames.map(pidOf);
  await Promise.all(serverNames.map((name) => servers.kill(name, 'SIGSTOP')));
  try {
    await Promise.all(
      serverNames.map(async (name) => {
        assert.equal(await servers.status(name), 'stopped', name);
        assert.equal(await isReady(name), false, name);
        // One that kept running would serve its clients.
        const processes = processesOf(name);
        assert.ok(processes.every(isStopped), name);
      }),
    );
  } finally {
    await Promise.all(serverNames.map((name) => servers.kill(name, 'SIGCONT')));
  }
  for (const name of serverNames) {
    assert.ok(await waitUntil(() => isReady(name), { timeoutMs: 20_000 }), name);
    assert.ok(!processesOf(name).some(isStopped), name);
  }
  assert.deepEqual(serverNames.map(pidOf), pids);
});

test('a killed server is gone with all it started, and comes back on its port with its data', async () => {
  const { addresses } = servers;
  await ask(addresses.valkey.url, 'SET kept yes');
  const created = await fetch(
    new URL('/api/queues/%2F/kept', new URL(addresses.rabbitmq.managementUrl).origin),
    {
      method: 'PUT',
      headers: {
        authorization: `Basic ${Buffer.from(`caudal:${own('rabbitmq').secrets.password}`).toString('base64')}`,
        connection: 'close',
      },
      body: JSON.stringify({ durable: true, arguments: { 'x-queue-type': 'quorum' } }),
    },
  );
  assert.equal(created.status, 201);
  await psql('create table kept (value text); insert into kept values (1)');
  await runInIgnite('CREATE TABLE kept (id INT PRIMARY KEY, value INT)');
  await runInIgnite('INSERT INTO kept VALUES (1, 1)');
  const portsBefore = allPorts();
  const killed = ['valkey', 'rabbitmq', 'kafka', 'postgresql', 'ignite'] as const;

  for (const name of killed) {
    const identity = identifyProcess(pidOf(name));
    assert.ok(identity);
    await servers.kill(name);
    assert.equal(isRunning(identity), false);
    assert.equal(servers.pid(name), undefined);
    assert.equal(await servers.status(name), 'down');
    for (const [port, number] of Object.entries(portsBefore)) {
      if (port.startsWith(`${name} `)) assert.equal(await isPortFree(number), true, port);
    }
    await assert.rejects(servers.kill(name), new RegExp(`${name} is not running`));
  }
  await Promise.all(killed.map((name) => servers.start(name)));

  assert.deepEqual(allPorts(), portsBefore);
  for (const name of serverNames) assert.equal(await servers.status(name), 'running', name);
  assert.deepEqual((await ask(addresses.valkey.url, 'GET kept')).slice(0, 2), ['$3', 'yes']);
  assert.equal((await management('/api/queues/%2F/kept')).status, 200);
  assert.equal((await psql('select value from kept')).trim(), '1');
  await assert.rejects(runInIgnite('INSERT INTO kept VALUES (1, 1)'), /already in cache/);
});

test('the roles of PostgreSQL are those of the owner, who makes schemas, and of services, who do not', async () => {
  const { consumerUrl, consoleUrl, orders } = servers.addresses.postgresql;
  assert.equal(
    (await psql('create schema mine; drop schema mine; select current_user')).trim(),
    'caudal_owner',
  );
  for (const url of [consumerUrl, consoleUrl, ...Object.values(orders)]) {
    assert.equal((await psql('select current_user', url)).trim(), new URL(url).username);
    for (const statement of ['create schema x', 'create table public.x ()', 'create temporary table x ()'])
      await assert.rejects(psql(statement, url), /permission denied/, `${statement} as ${url}`);
    const elsewhere = new URL(url);
    elsewhere.pathname = '/postgres';
    await assert.rejects(psql('select 1', elsewhere.href), /permission denied for database/);
  }
});

test('films have a database of their own, which its owner fills and its reader reads', async () => {
  const { consumerUrl, films } = servers.addresses.postgresql;
  assert.equal(
    (await psql('create schema mine; drop schema mine; select current_user', films.ownerUrl)).trim(),
    'caudal_films_owner',
  );
  for (const statement of ['create schema x', 'create table public.x ()', 'create temporary table x ()'])
    await assert.rejects(psql(statement, films.apiUrl), /permission denied/, statement);
  for (const [url, database] of [
    [consumerUrl, '/caudal_films'],
    [films.apiUrl, '/caudal'],
    [films.ownerUrl, '/caudal'],
  ] as const) {
    const elsewhere = new URL(url);
    elsewhere.pathname = database;
    await assert.rejects(psql('select 1', elsewhere.href), /permission denied for database/);
  }
});

test('PostgreSQL takes the passwords of the state, also over older data', async () => {
  const { url } = servers.addresses.postgresql;
  const { ownerPassword } = own('postgresql').secrets;
  await restartWith('another');
  const found = await findServers({ dataDirectory: directory });
  assert.equal((await psql('select 1', found?.addresses.postgresql.url)).trim(), '1');
  await assert.rejects(psql('select 1', url), /password authentication failed/);
  await restartWith(ownerPassword);
  assert.equal((await psql('select 1', url)).trim(), '1');

  async function restartWith(password: string): Promise<void> {
    const { ports, secrets } = own('postgresql');
    const postgresql = { ports, secrets: { ...secrets, ownerPassword: password } };
    updateState(directory, (state) => ({ ...state, servers: { ...state.servers, postgresql } }));
    await servers.kill('postgresql', 'SIGINT');
    await servers.start('postgresql');
  }
});

test('PostgreSQL makes roles and the database that older data lack', async () => {
  const { adminUrl, films, orders } = servers.addresses.postgresql;
  await psql('drop database caudal_films with (force)', adminUrl);
  // Of a start that was cut short.
  await psql('create database caudal_films_new', adminUrl);
  for (const url of Object.values(orders)) {
    const role = new URL(url).username;
    await psql(`revoke connect on database caudal from ${role}`, adminUrl);
    await psql(`drop role ${role}`, adminUrl);
  }
  await servers.kill('postgresql', 'SIGINT');
  await servers.start('postgresql');
  for (const url of [...Object.values(orders), ...Object.values(films)])
    assert.equal((await psql('select 1', url)).trim(), '1');
  assert.equal(
    (await psql("select count(*) from pg_database where datname = 'caudal_films_new'", adminUrl)).trim(),
    '0',
  );
});

test('the replicas of PostgreSQL follow, refuse writes, and come back after SIGKILL', async () => {
  const { postgresql, 'postgresql-replica-1': one, 'postgresql-replica-2': two } = servers.addresses;
  const { ownerUrl } = postgresql.films;
  await psql('create table followed as select 1 as value', ownerUrl);
  await psql('grant select on followed to caudal_films_api', ownerUrl);
  const finds = (count: number) => async () => {
    const found = [one, two].map(({ filmsApiUrl }) => psql('select count(*) from followed', filmsApiUrl));
    return (await Promise.all(found)).every((text) => Number(text) === count);
  };
  assert.ok(await waitUntil(sure(finds(1)), { timeoutMs: 30_000 }));
  await assert.rejects(psql('drop table followed', one.filmsApiUrl), /read-only transaction/);
  await servers.kill('postgresql-replica-1');
  await psql('insert into followed values (2)', ownerUrl);
  await servers.start('postgresql-replica-1');
  assert.ok(await waitUntil(sure(finds(2)), { timeoutMs: 30_000 }));
  await psql('drop table followed', ownerUrl);
});

test('servers that run are taken over, not started twice', async () => {
  const pids = serverNames.map((name) => servers.pid(name));
  const again = await startServers({ only: serverNames, dataDirectory: directory });
  assert.deepEqual(
    serverNames.map((name) => again.pid(name)),
    pids,
  );
  assert.deepEqual(again.addresses, servers.addresses);
});

test('servers end with the process that started them, even when it is killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'caudal-servers-owner-'));
  const module = JSON.stringify(join(import.meta.dirname, '..', '..', 'servers', 'servers.ts'));
  const program = `
    const { startServers } = await import(${module});
    await startServers({ dataDirectory: ${JSON.stringify(folder)}, only: ['redis'] });
    setInterval(() => {}, 1_000);
    process.stdout.write('up');
  `;
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(owner.stdout, 'data');
    const found = await findServers({ dataDirectory: folder });
    const identity = identifyProcess(found?.pid('redis') ?? 0);
    assert.ok(found && identity);
    await assert.rejects(
      startServers({ dataDirectory: folder, only: ['redis'] }),
      new RegExp(`belong to running process ${owner.pid}`),
    );
    owner.kill('SIGKILL');
    assert.ok(await waitUntil(() => !isRunning(identity), { timeoutMs: 10_000 }), 'redis outlived its owner');
  } finally {
    owner.kill('SIGKILL');
    await (await findServers({ dataDirectory: folder }))?.down();
    await rm(folder, { recursive: true, force: true });
  }
});

test('a data directory from before a server was described can run it, and keeps the others as they are', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'caudal-servers-older-'));
  try {
    const first = await startServers({ dataDirectory: folder, only: ['redis'] });
    await first.down();
    updateState(folder, ({ servers: { valkey: _, ...others }, ...rest }) => ({ ...rest, servers: others }));
    const found = await findServers({ dataDirectory: folder });
    assert.equal(await found?.status('valkey'), 'down');
    const again = await startServers({ dataDirectory: folder, only: ['valkey'] });
    assert.deepEqual(again.addresses, found?.addresses);
    assert.equal(await again.status('valkey'), 'running');
    assert.notEqual(again.addresses.valkey.url, first.addresses.valkey.url);
    assert.deepEqual(again.addresses.redis, first.addresses.redis);
  } finally {
    await (await findServers({ dataDirectory: folder }))?.down();
    await rm(folder, { recursive: true, force: true });
  }
});

test('a directory with other files is never emptied', async () => {
  const other = await mkdtemp(join(tmpdir(), 'caudal-servers-other-'));
  try {
    await writeFile(join(other, 'precious'), 'content');
    await assert.rejects(
      startServers({ dataDirectory: other, fresh: true, only: ['redis'] }),
      /will not be cleared/,
    );
    assert.equal(await readFile(join(other, 'precious'), 'utf8'), 'content');
  } finally {
    await rm(other, { recursive: true, force: true });
  }
});

test('a server that cannot start says why, and leaves nothing behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'caudal-servers-broken-'));
  try {
    const first = await startServers({ dataDirectory: folder, only: ['redis'] });
    await first.down();
    await writeFile(join(folder, 'redis', 'appendonlydir', 'appendonly.aof.manifest'), 'nonsense\n');
    await assert.rejects(
      startServers({ dataDirectory: folder, only: ['redis'] }),
      /^Error: redis exited during startup; the end of its log:\n(.*\n)*.*manifest/,
    );
    assert.equal(await first.status('redis'), 'down');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('down ends all, twice does no harm, and the data stays', async () => {
  const identities = serverNames.map((name) => {
    const identity = identifyProcess(pidOf(name));
    assert.ok(identity);
    return identity;
  });
  const ports = allPorts();
  await servers.down();
  await servers.down();
  for (const identity of identities) assert.equal(isRunning(identity), false);
  for (const [name, port] of Object.entries(ports)) assert.equal(await isPortFree(port), true, name);
  for (const name of serverNames) assert.ok((await stat(join(directory, name))).isDirectory());
  assert.deepEqual(allPorts(), ports);
});
