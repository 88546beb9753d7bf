import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { requestScale, startControlServer } from '../../src/stack/control-server.ts';
import type { RunRecord } from '../../src/stack/run-file.ts';
import type { ServiceSpec } from '../../src/stack/service-spec.ts';
import { type Stack, type StackOptions, startStack } from '../../src/stack/stack.ts';
import { ADDRESSES } from '../support/server-addresses.ts';

const PROGRAM = fileURLToPath(new URL('../programs/scratch-service.ts', import.meta.url));

/** A system that is not the pipeline: what the stack runs is a list of services. */
describe('a stack of any services', () => {
  let directory: string;
  let stoppedFile: string;
  let stack: Stack | undefined;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-scratch-'));
    stoppedFile = join(directory, 'stopped');
    stack = undefined;
  });
  afterEach(async () => {
    await stack?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const service = (name: string, more: Partial<ServiceSpec>): ServiceSpec => ({
    name,
    program: PROGRAM,
    role: 'worker',
    replicas: 1,
    maxReplicas: 4,
    environment: ({ operationsPort, httpPort }) => ({
      NAME: name,
      OPERATIONS_PORT: String(operationsPort),
      STOPPED_FILE: stoppedFile,
      ...(more.http !== undefined && { HTTP_PORT: String(httpPort) }),
    }),
    ...more,
  });
  const SCRATCH = () => [
    service('clerk', {}),
    service('window', { role: 'reader', maxReplicas: 1, http: {} }),
    service('door', { role: 'entry', http: { howToScale: 'start it with two' } }),
  ];
  const start = async (
    services: readonly ServiceSpec[],
    more: Partial<StackOptions> = {},
  ): Promise<Stack> => {
    stack = await startStack({
      addresses: ADDRESSES,
      services,
      stateDirectory: directory,
      onEvent: () => undefined,
      ...more,
    });
    return stack;
  };

  it('gives every process the ports of other services, chosen before any runs', async () => {
    const seen = new Map<string, readonly number[]>();
    const knows = (name: string, more: Partial<ServiceSpec>): ServiceSpec => {
      const { environment, ...spec } = service(name, more);
      return {
        ...spec,
        environment(source) {
          seen.set(name, [source.portOf('door'), source.portOf('window', 'mail')]);
          assert.throws(() => source.portOf('clerk'), /clerk has no API/);
          assert.throws(() => source.portOf('window', 'fax'), /window has no port fax/);
          assert.throws(() => source.portOf('cellar'), /unknown service 'cellar'/);
          return environment(source);
        },
      };
    };
    const { url } = await start([
      knows('clerk', {}),
      knows('window', { role: 'reader', maxReplicas: 1, ports: ['mail'] }),
      service('door', { role: 'entry', http: {} }),
    ]);
    const [door, mail] = seen.get('clerk') ?? [];
    assert.equal(`http://127.0.0.1:${door}`, url('door'));
    assert.ok(mail !== undefined && mail > 0);
    assert.deepEqual(seen.get('window'), [door, mail]);
  });

  it('numbers the processes of a set that can be scaled, and finds APIs, metrics and the service of a process', async () => {
    const { processes, serviceOf, url, metricsUrls, requestBytes } = await start(SCRATCH());
    assert.deepEqual([...processes().keys()], ['window', 'clerk-1', 'door-1']);
    assert.equal(serviceOf('clerk-1').name, 'clerk');
    assert.throws(() => serviceOf('clerk-2'), /unknown process 'clerk-2'/);
    assert.equal(await (await fetch(url('door'))).text(), 'door\n');
    assert.equal(await (await fetch(url('window'))).text(), 'window\n');
    assert.throws(() => url('clerk'), /clerk has no API/);
    assert.throws(() => url('orders'), /unknown service 'orders': use clerk, window, door/);
    assert.equal(metricsUrls().length, 2, 'a reader does no work that is measured');
    assert.equal(requestBytes('door-1'), undefined, 'a single process is reached without a proxy');
  });

  it('stops what accepts work first, then what works it off, then what only reads', async () => {
    const ends = await (await start(SCRATCH())).stop();
    assert.equal(await readFile(stoppedFile, 'utf8'), 'door\nclerk\nwindow\n');
    assert.deepEqual(
      [...ends],
      [
        ['door-1', 'status 0'],
        ['clerk-1', 'status 0'],
        ['window', 'status 0'],
      ],
    );
  });

  it('balances several processes with an API over one port, and scales them', async () => {
    const running = await start([service('door', { role: 'entry', replicas: 2, http: {} })]);
    for (let n = 0; n < 2; n += 1) {
      await fetch(running.url('door'), { headers: { connection: 'close' } }).then((answer) => answer.text());
    }
    for (const name of ['door-1', 'door-2']) assert.ok((running.requestBytes(name) ?? 0) > 0, name);
    await running.scale('door', 1);
    assert.deepEqual([...running.processes().keys()], ['door-1']);
    assert.equal(await (await fetch(running.url('door'))).text(), 'door\n');
    await assert.rejects(running.scale('door', 0), /door needs at least one process/);
  });

  it('sets services up one after the other before any process starts, and once for all of a set', async () => {
    const calls: string[] = [];
    const setUp = (name: string) => (addresses: unknown) => {
      assert.equal(addresses, ADDRESSES);
      calls.push(`${name}, ${started} started`);
      return Promise.resolve();
    };
    let started = 0;
    const { scale } = await start(
      [
        service('clerk', { setUp: setUp('clerk'), replicas: 2 }),
        service('door', { role: 'entry', setUp: setUp('door') }),
      ],
      { onChange: () => (started += 1) },
    );
    await scale('clerk', 3);
    assert.deepEqual(calls, ['clerk, 0 started', 'door, 0 started']);
  });

  it('starts nothing when a set-up fails, and names the service', async () => {
    const environment = () => assert.fail('a process was started');
    await assert.rejects(
      start([
        service('clerk', { environment }),
        service('door', { environment, setUp: () => Promise.reject(new Error('no such role')) }),
      ]),
      /^Error: door: set-up failed: no such role$/,
    );
  });

  it('takes a free port when the preferred one is in use, and says so', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const events: string[] = [];
    try {
      const { url } = await start([service('door', { role: 'entry', http: { preferredPort: port } })], {
        onEvent: (line) => events.push(line),
      });
      assert.equal(await (await fetch(url('door'))).text(), 'door\n');
      assert.deepEqual(events, [`port ${port} is in use: using ${new URL(url('door')).port}`]);
    } finally {
      other.close();
    }
  });

  it('is scaled through its control server within the limits of each service', async () => {
    const running = await start(SCRATCH());
    const control = await startControlServer(running);
    const scale = (set: string, count: number) =>
      requestScale({ control } as unknown as RunRecord, set, count);
    try {
      assert.deepEqual(await scale('clerk', 3), ['window', 'clerk-1', 'clerk-2', 'clerk-3', 'door-1']);
      for (const [set, count, message] of [
        ['clerk', 5, 'count must be from 0 to 4'],
        ['clerk', 1.5, 'count must be from 0 to 4'],
        ['window', 2, "unknown service 'window': use clerk, door"],
        ['orders', 1, "unknown service 'orders': use clerk, door"],
        ['door', 2, 'door runs as a single process: start it with two'],
      ] as const) {
        await assert.rejects(scale(set, count), { message });
      }
      assert.deepEqual(await scale('clerk', 0), ['window', 'door-1']);
    } finally {
      await control.close();
    }
  });

  it('lists its processes for Prometheus under the name of their service', async () => {
    const targetsDirectory = join(directory, 'targets');
    await start(SCRATCH(), { targetsDirectory });
    const groups = JSON.parse(await readFile(join(targetsDirectory, 'caudal.json'), 'utf8')) as {
      labels: unknown;
    }[];
    assert.deepEqual(
      groups.map(({ labels }) => labels),
      [
        { service: 'window', pod: 'window' },
        { service: 'clerk', pod: 'clerk-1' },
        { service: 'door', pod: 'door-1' },
      ],
    );
  });

  it('stops everything when the start is interrupted', async () => {
    const interrupted = new AbortController();
    let changes = 0;
    const targetsDirectory = join(directory, 'targets');
    const onChange = () => {
      changes += 1;
      interrupted.abort(new Error('interrupted'));
    };
    await assert.rejects(
      start(SCRATCH(), { targetsDirectory, onChange, signal: interrupted.signal }),
      /interrupted/,
    );
    assert.ok(changes > 1, 'processes had been started');
    assert.equal(await readFile(join(targetsDirectory, 'caudal.json'), 'utf8'), '[]', 'none is left');
  });
});
