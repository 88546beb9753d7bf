import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '../../src/errors.ts';
import {
  createGroupCommit,
  createLogGroupCommit,
  type GroupCommit,
  type GroupCommitOptions,
  type KeyedRecord,
  type LogWriter,
  type MessagePublisher,
} from '../../src/messaging/index.ts';
import { bodiesOf } from './harness.ts';

/** A publisher whose calls wait until the test settles them. */
class ManualPublisher implements MessagePublisher {
  readonly broker = 'rabbitmq';
  readonly calls: { readonly bodies: readonly string[]; readonly settle: (error?: Error) => void }[] = [];
  closed = false;
  #onCall: (() => void) | undefined;

  connect(): Promise<void> {
    return Promise.resolve();
  }

  publish(bodies: readonly Buffer[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.calls.push({
        bodies: bodies.map(String),
        settle: (error) => {
          if (error) reject(error);
          else resolve();
        },
      });
      this.#onCall?.();
    });
  }

  /** Resolves after `count` calls. */
  async called(count: number): Promise<void> {
    while (this.calls.length < count) {
      await new Promise<void>((resolve) => {
        this.#onCall = resolve;
      });
    }
  }

  isReady(): boolean {
    return true;
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

const FAR = Number.POSITIVE_INFINITY;
const retriable = () => new AppError('BROKER_UNAVAILABLE', 'gone for a moment', { retriable: true });

/** Writes to a manual publisher, and requires that each record still has its key. */
function writerOf(publisher: ManualPublisher): LogWriter {
  return {
    broker: publisher.broker,
    topic: 'topic',
    connect: () => publisher.connect(),
    write(records) {
      for (const { key, value } of records) assert.equal(key, keyOf(value));
      return publisher.publish(records.map(({ value }) => value));
    },
    partitionOf: () => undefined,
    maxValueBytes: () => Number.POSITIVE_INFINITY,
    isReady: () => publisher.isReady(),
    close: () => publisher.close(),
  };
}

const keyOf = (value: Buffer) => value.subarray(0, 10).toString();

/** A group commit of keyed records that takes bodies, so that it can be tested as one of bodies. */
function createKeyed(publisher: ManualPublisher, options?: GroupCommitOptions): GroupCommit {
  const group = createLogGroupCommit(writerOf(publisher), options);
  return {
    broker: group.broker,
    publish: (bodies, deadline) =>
      group.publish(
        bodies.map((value): KeyedRecord => ({ key: keyOf(value), value })),
        deadline,
      ),
    maxBodyBytes: () => group.maxBodyBytes(),
    pending: () => group.pending(),
    isReady: () => group.isReady(),
    close: () => group.close(),
  };
}

describe('group commit', () => describeGroupCommit(createGroupCommit));
describe('group commit of keyed records', () => describeGroupCommit(createKeyed));

it('counts the keys of records as bytes of a flush', async () => {
  const publisher = new ManualPublisher();
  const writer = { ...writerOf(publisher), write: () => publisher.publish([]) };
  const group = createLogGroupCommit(writer, { lingerMs: 60_000, maxBytes: 1_000 });
  const calls = [1, 2].map(() => group.publish([{ key: 'k'.repeat(600), value: Buffer.alloc(1) }], FAR));
  await publisher.called(2);
  for (const call of publisher.calls) call.settle();
  await Promise.all(calls);
  await group.close();
});

it('reports the largest value that the writer accepts', () => {
  const writer = { ...writerOf(new ManualPublisher()), maxValueBytes: () => 1_234 };
  assert.equal(createLogGroupCommit(writer).maxBodyBytes(), 1_234);
});

function describeGroupCommit(
  create: (publisher: ManualPublisher, options?: GroupCommitOptions) => GroupCommit,
): void {
  it('sends the messages of one turn of the event loop at once when nothing is in flight', async () => {
    const publisher = new ManualPublisher();
    const group = create(publisher, { lingerMs: 60_000 });
    const calls = [group.publish(bodiesOf(2, 'a'), FAR), group.publish(bodiesOf(1, 'b'), FAR)];
    assert.equal(group.pending(), 3);
    await publisher.called(1);
    assert.deepEqual(publisher.calls[0]?.bodies, ['a0', 'a1', 'b0']);
    publisher.calls[0]?.settle();
    await Promise.all(calls);
    assert.equal(group.pending(), 0);
    await group.close();
  });

  it('gathers until the flush in flight has ended', async () => {
    const publisher = new ManualPublisher();
    const group = create(publisher, { lingerMs: 60_000 });
    const first = group.publish(bodiesOf(1, 'a'), FAR);
    await publisher.called(1);
    const rest = [group.publish(bodiesOf(1, 'b'), FAR), group.publish(bodiesOf(1, 'c'), FAR)];
    assert.equal(publisher.calls.length, 1);
    publisher.calls[0]?.settle();
    await first;
    await publisher.called(2);
    assert.deepEqual(publisher.calls[1]?.bodies, ['b0', 'c0']);
    publisher.calls[1]?.settle();
    await Promise.all(rest);
    await group.close();
  });

  it('gathers no longer than the linger time', async () => {
    const publisher = new ManualPublisher();
    const group = create(publisher, { lingerMs: 1 });
    const calls = [group.publish(bodiesOf(1, 'a'), FAR)];
    await publisher.called(1);
    calls.push(group.publish(bodiesOf(1, 'b'), FAR));
    await publisher.called(2);
    for (const call of publisher.calls) call.settle();
    await Promise.all(calls);
    await group.close();
  });

  it('sends what is overdue as soon as a flush is free', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const publisher = new ManualPublisher();
    const group = create(publisher, { lingerMs: 2, maxInFlight: 2 });
    const calls = [group.publish(bodiesOf(1, 'a'), FAR)];
    await publisher.called(1);
    calls.push(group.publish(bodiesOf(1, 'b'), FAR));
    t.mock.timers.tick(2);
    await publisher.called(2);
    calls.push(group.publish(bodiesOf(1, 'c'), FAR));
    t.mock.timers.tick(2);
    assert.equal(publisher.calls.length, 2, 'there is no place');
    publisher.calls[0]?.settle();
    await publisher.called(3);
    for (const call of publisher.calls) call.settle();
    await Promise.all(calls);
    await group.close();
  });

  it('limits the messages and bytes of a flush and the number of flushes, and never splits a call', async () => {
    const publisher = new ManualPublisher();
    const group = create(publisher, {
      lingerMs: 60_000,
      maxMessages: 10,
      maxBytes: 1_000,
      maxInFlight: 3,
    });
    const calls = [
      group.publish(bodiesOf(6, 'a'), FAR),
      group.publish(bodiesOf(6, 'b'), FAR),
      group.publish(bodiesOf(25, 'c'), FAR),
      group.publish([Buffer.alloc(1_500, 'd')], FAR),
    ];
    await publisher.called(3);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(
      publisher.calls.map(({ bodies }) => bodies.length),
      [6, 6, 25],
    );
    publisher.calls[1]?.settle();
    await publisher.called(4);
    assert.equal(publisher.calls[3]?.bodies[0]?.length, 1_500);
    for (const call of publisher.calls) call.settle();
    await Promise.all(calls);
    await group.close();
  });

  it('retries a failed flush with the same bodies', async () => {
    const publisher = new ManualPublisher();
    const outcomes: unknown[] = [];
    const group = create(publisher, {
      onFlush: (_, messages, error) => outcomes.push([messages, error]),
    });
    const error = retriable();
    const calls = [group.publish(bodiesOf(1, 'a'), FAR), group.publish(bodiesOf(1, 'b'), FAR)];
    await publisher.called(1);
    publisher.calls[0]?.settle(error);
    await publisher.called(2);
    assert.deepEqual(publisher.calls[1]?.bodies, publisher.calls[0]?.bodies);
    publisher.calls[1]?.settle();
    await Promise.all(calls);
    assert.deepEqual(outcomes, [
      [2, error],
      [2, undefined],
    ]);
    await group.close();
  });

  it('rejects each caller at its own deadline with the broker’s name, and continues for the others', async () => {
    const publisher = new ManualPublisher();
    const group = create(publisher);
    const error = retriable();
    const hasty = group.publish(bodiesOf(1, 'hasty'), performance.now() + 1);
    const patient = group.publish(bodiesOf(1, 'patient'), FAR);
    await publisher.called(1);
    publisher.calls[0]?.settle(error);
    await assert.rejects(hasty, { code: 'BROKER_TIMEOUT', retriable: true, message: /rabbitmq/ });
    for (let call = 1; ; call++) {
      await publisher.called(call + 1);
      if (publisher.calls[call]?.bodies.length === 1) break;
      publisher.calls[call]?.settle(error);
    }
    assert.deepEqual(publisher.calls.at(-1)?.bodies, ['patient0']);
    assert.equal(group.pending(), 1);
    publisher.calls.at(-1)?.settle();
    await patient;
    assert.equal(group.pending(), 0);
    await group.close();
  });

  it('reports how long a flush took, in seconds', async () => {
    const publisher = new ManualPublisher();
    const reported: number[] = [];
    const group = create(publisher, { onFlush: (seconds) => reported.push(seconds) });
    const startedAt = performance.now();
    const call = group.publish(bodiesOf(1), FAR);
    await publisher.called(1);
    const calledAt = performance.now();
    while (performance.now() - calledAt < 20) await new Promise(setImmediate);
    publisher.calls[0]?.settle();
    await call;
    const passedSeconds = (performance.now() - startedAt) / 1_000;
    const [seconds] = reported;
    assert.ok(seconds !== undefined && seconds >= 0.02 && seconds <= passedSeconds, `${seconds} s`);
    await group.close();
  });

  it('fails only the call with a refused body, not those it was gathered with', async () => {
    const publisher = new ManualPublisher();
    const group = create(publisher);
    const refusal = new AppError('BROKER_REFUSED', 'a message is too large');
    const calls = ['a', 'large', 'b'].map((name) => group.publish(bodiesOf(2, name), FAR));
    const results = Promise.allSettled(calls);
    await publisher.called(1);
    assert.equal(publisher.calls[0]?.bodies.length, 6);
    publisher.calls[0]?.settle(refusal);
    for (let call = 1; call <= 3; call++) {
      await publisher.called(call + 1);
      const isLarge = publisher.calls[call]?.bodies.includes('large0') === true;
      publisher.calls[call]?.settle(isLarge ? refusal : undefined);
    }
    assert.deepEqual(
      (await results).map((result) => (result.status === 'rejected' ? result.reason : undefined)),
      [undefined, refusal, undefined],
    );
    assert.deepEqual([publisher.calls.length, group.pending()], [4, 0]);
    await group.close();
  });

  it('rejects at the deadline even while the broker is silent', async () => {
    const publisher = new ManualPublisher();
    const group = create(publisher);
    const call = group.publish(bodiesOf(1), performance.now() + 2_000);
    const refused = assert.rejects(call, { code: 'BROKER_TIMEOUT' });
    await publisher.called(1);
    await refused;
    assert.equal(group.pending(), 1, 'it is still on its way');
    publisher.calls[0]?.settle();
    await group.close();
    assert.equal(group.pending(), 0);
  });

  it('does not send messages without a waiting caller', async () => {
    const publisher = new ManualPublisher();
    const group = create(publisher, { maxInFlight: 1 });
    const first = group.publish(bodiesOf(1, 'first'), FAR);
    await publisher.called(1);
    await assert.rejects(group.publish(bodiesOf(1, 'late'), performance.now() + 5), {
      code: 'BROKER_TIMEOUT',
    });
    publisher.calls[0]?.settle();
    await first;
    await group.close();
    assert.equal(publisher.calls.length, 1);
  });

  it('passes on an error that is not retriable', async () => {
    const publisher = new ManualPublisher();
    const group = create(publisher);
    const error = new AppError('BROKER_UNAVAILABLE', 'too large');
    const call = group.publish(bodiesOf(1), FAR);
    await publisher.called(1);
    publisher.calls[0]?.settle(error);
    await assert.rejects(call, error);
    await group.close();
  });

  it('refuses immediately what exceeds its limit', async () => {
    const publisher = new ManualPublisher();
    const group = create(publisher, { maxPending: 10 });
    const call = group.publish(bodiesOf(8), FAR);
    await assert.rejects(group.publish(bodiesOf(3), FAR), { code: 'OVERLOADED', retriable: true });
    assert.equal(group.pending(), 8);
    await publisher.called(1);
    publisher.calls[0]?.settle();
    await call;
    await group.close();
  });

  it('sends what has gathered on close, then closes the publisher and accepts nothing more', async () => {
    const publisher = new ManualPublisher();
    const group = create(publisher, { lingerMs: 60_000 });
    const calls = [group.publish(bodiesOf(1, 'a'), FAR)];
    await publisher.called(1);
    calls.push(group.publish(bodiesOf(1, 'b'), FAR));
    const closed = group.close();
    assert.equal(group.close(), closed);
    assert.equal(group.isReady(), false);
    await assert.rejects(group.publish(bodiesOf(1), FAR), { code: 'STOPPING' });
    await publisher.called(2);
    assert.equal(publisher.closed, false);
    for (const call of publisher.calls) call.settle();
    await Promise.all(calls);
    await closed;
    assert.equal(publisher.closed, true);
  });
}
