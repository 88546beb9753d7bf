import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Partitioners } from 'kafkajs';
import type { KeyedRecord, LogWriter } from '../../src/messaging/index.ts';
import { eventually } from '../support/index.ts';
import type { BrokerServer } from './harness.ts';
import type { LogWriterHarness, WrittenRecord } from './log-writer-harness.ts';

/** Requirements of the port on every adapter; `setUp` provides a topic that does not exist yet. */
export function describeLogWriter(
  name: string,
  setUp: () => LogWriterHarness,
  kind: { readonly server: boolean },
): void {
  describe(name, () => {
    let harness: LogWriterHarness;
    beforeEach(() => {
      harness = setUp();
    });
    afterEach(() => harness.dispose());
    const current = () => harness;
    describePort(current);
    if (kind.server) describeFaults(current);
  });
}

function describePort(harness: () => LogWriterHarness): void {
  it('writes every record of a call to the partition of its key, in order', async () => {
    const writer = await open(harness());
    const written = recordsOf(2_000, 50);
    await writer.write(written);
    const found = await harness().records();
    assert.equal(found.length, written.length);
    for (const { key, partition } of found) {
      assert.ok(key !== undefined);
      assert.equal(partition, javaPartition(key, harness().partitions), key);
      assert.equal(writer.partitionOf(key), partition);
    }
    assert.equal(new Set(found.map(({ partition }) => partition)).size, harness().partitions);
    assert.deepEqual(byKey(found), byKey(written));
  });

  it('keeps the order of calls that wait for each other', async () => {
    const writer = await open(harness());
    for (let call = 0; call < 20; call++) await writer.write([record('one', call), record('two', call)]);
    const found = byKey(await harness().records());
    const expected = Array.from({ length: 20 }, (_, call) => String(call));
    assert.deepEqual(found, { one: expected, two: expected });
  });

  it('has the records when write resolves, from calls that overlap too', async () => {
    const writer = await open(harness());
    const calls = Array.from({ length: 8 }, (_, call) => recordsOf(25, 25, `call-${call}-`));
    await Promise.all(calls.map((records) => writer.write(records)));
    assert.deepEqual(byKey(await harness().records()), byKey(calls.flat()));
  });

  it('accepts an empty call, an empty key and an empty value', async () => {
    const writer = await open(harness());
    await writer.write([]);
    await writer.write([{ key: '', value: Buffer.alloc(0) }]);
    const found = await harness().records();
    assert.deepEqual(
      found.map(({ key, value, partition }) => [key, value, partition]),
      [['', '', javaPartition('', harness().partitions)]],
    );
  });

  it('accepts the largest value that it reports, and refuses a larger one permanently', async () => {
    const writer = await open(harness());
    const largest = writer.maxValueBytes();
    const key = '5f0c7d3e-0000-8000-8000-000000000000';
    await writer.write([{ key, value: Buffer.alloc(largest, 'x') }]);
    await assert.rejects(writer.write([{ key, value: Buffer.alloc(largest + 1_000, 'x') }]), {
      code: 'BROKER_REFUSED',
      retriable: false,
    });
    assert.equal(writer.isReady(), true);
    await writer.write([record(key, 1)]);
    assert.deepEqual(
      (await harness().records()).map(({ value }) => value.length),
      [largest, 1],
    );
  });

  it('writes the other records of a call in which one is refused', async () => {
    const writer = await open(harness());
    const large = { key: 'large', value: Buffer.alloc(writer.maxValueBytes() + 1_000, 'x') };
    await assert.rejects(writer.write([large]), { code: 'BROKER_REFUSED' });
    await writer.write(recordsOf(10, 10));
    assert.deepEqual(byKey(await harness().records()), byKey(recordsOf(10, 10)));
  });

  it('does not know a partition, nor writes, before it is connected', async () => {
    const writer = await harness().createWriter();
    assert.equal(writer.topic, harness().topic);
    assert.equal(writer.partitionOf('key'), undefined);
    assert.equal(writer.isReady(), false);
    await assert.rejects(writer.write([record('key', 1)]), { code: 'BROKER_UNAVAILABLE', retriable: true });
    await writer.connect();
    assert.equal(writer.isReady(), true);
  });

  it('settles what is in progress when it closes, and accepts nothing afterwards', async () => {
    const writer = await open(harness());
    const written = writer.write(recordsOf(500, 10));
    const closed = writer.close();
    assert.equal(writer.close(), closed);
    assert.equal(writer.isReady(), false);
    await assert.rejects(writer.write([record('late', 1)]), { code: 'STOPPING' });
    await written;
    await closed;
    assert.equal((await harness().records()).length, 500);
  });
}

function describeFaults(harness: () => LogWriterHarness): void {
  const serverOf = (): BrokerServer => {
    const { server } = harness();
    assert.ok(server, 'the harness has no server to break');
    return server;
  };

  it('loses nothing it confirmed when the broker is killed, and keeps the order of each key', async () => {
    const writer = await open(harness());
    const confirmed = new Map<string, number>();
    let isWriting = true;
    const write = async (key: string) => {
      for (let next = 0; isWriting; next++) {
        await untilWritten(writer, record(key, next));
        confirmed.set(key, next);
      }
    };
    const keys = ['a', 'b', 'c'];
    const running = keys.map(write);
    const atLeast = (count: number) =>
      eventually(
        () => keys.map((key) => confirmed.get(key) ?? 0),
        (counts) => counts.every((of) => of >= count),
      );
    await atLeast(100);
    const restart = await serverOf().kill();
    // A driver may retry for longer than the broker is away, so refusals alone would not show that the kill was felt.
    await eventually(
      () => writer.isReady(),
      (isReady) => !isReady,
    );
    await restart();
    await atLeast(Math.max(...confirmed.values()) + 100);
    isWriting = false;
    await Promise.all(running);
    const found = byKey(await harness().records());
    for (const key of keys) {
      // A write of unknown outcome was repeated, so a record can be there twice: its first is in order.
      const first = [...new Set(found[key])];
      assert.deepEqual(
        first,
        Array.from({ length: (confirmed.get(key) ?? 0) + 1 }, (_, next) => String(next)),
      );
    }
  });

  it('settles every write while the broker is silent, and works when it responds again', async () => {
    const writer = await open(harness());
    await writer.write([record('key', 0)]);
    const thaw = await serverOf().freeze();
    try {
      await assert.rejects(writer.write([record('key', 1)]), (error) => {
        const { code, retriable } = error as { code?: string; retriable?: boolean };
        return retriable === true && (code === 'BROKER_TIMEOUT' || code === 'BROKER_UNAVAILABLE');
      });
      assert.equal(writer.isReady(), false);
    } finally {
      await thaw();
    }
    await untilWritten(writer, record('key', 2));
    const values = byKey(await harness().records()).key;
    assert.deepEqual([values?.[0], values?.includes('2')], ['0', true]);
  });

  it('stops while the broker is silent', async () => {
    const writer = await open(harness());
    const thaw = await serverOf().freeze();
    try {
      await writer.close();
    } finally {
      await thaw();
    }
    assert.equal(writer.isReady(), false);
  });
}

async function open(harness: LogWriterHarness): Promise<LogWriter> {
  const writer = await harness.createWriter();
  await writer.connect();
  return writer;
}

function record(key: string, value: number): KeyedRecord {
  return { key, value: Buffer.from(String(value)) };
}

/** Returns `count` records, whose keys repeat after `keys`. */
function recordsOf(count: number, keys: number, prefix = 'key-'): KeyedRecord[] {
  return Array.from({ length: count }, (_, index) => record(`${prefix}${index % keys}`, index));
}

/** Values by key, in order. */
function byKey(records: readonly (WrittenRecord | KeyedRecord)[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const { key = '', value } of records) {
    found[key] ??= [];
    found[key].push(value.toString());
  }
  return found;
}

/** The partition that kafkajs chooses, which documents that it does as Java's client does. */
function javaPartition(key: string, partitions: number): number {
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));
  return Partitioners.DefaultPartitioner()({
    topic: 'topic',
    partitionMetadata,
    message: { key, value: null },
  });
}

/** Writes a record until that is confirmed, as a group commit does. */
async function untilWritten(writer: LogWriter, one: KeyedRecord): Promise<void> {
  await eventually(
    () =>
      writer.write([one]).then(
        () => true,
        () => false,
      ),
    (done) => done,
  );
}
