import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createGroupCommit } from '../../src/messaging/index.ts';
import { eventually, watchConnections } from '../support/index.ts';
import { type BrokerServer, bodiesOf, type MessagingHarness } from './harness.ts';
import { TestStore } from './test-store.ts';

/** Requirements on an adapter when its server dies or is silent. */
export function describeServerFaults(harness: () => MessagingHarness): void {
  const serverOf = (): BrokerServer => {
    const { server } = harness();
    assert.ok(server, 'the harness has no server to break');
    return server;
  };

  it('redelivers what a killed consumer held', async () => {
    const { createPublisher, createConsumer, startHoldingProcess } = harness();
    assert.ok(startHoldingProcess);
    const publisher = await createPublisher();
    await publisher.publish(bodiesOf(200));
    const holder = await startHoldingProcess();
    await holder.kill();
    const store = new TestStore();
    const consumer = await createConsumer();
    await consumer.start(store.handlers());
    await store.until(() => store.size === 200);
    assert.equal(store.stored.length, 200);
  });

  it('loses nothing it confirmed when the broker is killed under load', async () => {
    const { createPublisher, createConsumer } = harness();
    const publisher = await createPublisher();
    const store = new TestStore();
    const consumer = await createConsumer();
    await consumer.start(store.handlers());
    const accepted: string[] = [];
    let publishing = true;
    let sent = 0;
    const load = async () => {
      while (publishing) {
        const bodies = bodiesOf(20, 'message-', sent);
        sent += 20;
        try {
          await publisher.publish(bodies);
          accepted.push(...bodies.map(String));
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      }
    };
    const loads = [load(), load(), load()];
    await store.until(() => store.size > 1_000);
    await serverOf().saveQueues();
    const restart = await serverOf().kill();
    // A driver may retry for longer than the broker is away, so refusals alone would not show that the kill was felt.
    await eventually(
      () => publisher.isReady(),
      (isReady) => !isReady,
    );
    await restart();
    const before = accepted.length;
    await eventually(
      () => accepted.length,
      (length) => length > before + 1_000,
    );
    publishing = false;
    await Promise.all(loads);
    await store.until(() => accepted.every((body) => store.has(body)));
    assert.deepEqual(store.fatal, []);
    assert.ok(publisher.isReady());
  });

  it('settles every publish while the broker is silent, and works when it responds again', async () => {
    const { createPublisher, createConsumer } = harness();
    const publisher = await createPublisher();
    const store = new TestStore();
    const consumer = await createConsumer();
    await consumer.start(store.handlers());
    await publisher.publish(bodiesOf(10, 'before-'));
    await store.until(() => store.size === 10);
    const thaw = await serverOf().freeze();
    try {
      await assert.rejects(publisher.publish(bodiesOf(10, 'during-')), (error) => {
        const { code, retriable } = error as { code?: string; retriable?: boolean };
        return retriable === true && (code === 'BROKER_TIMEOUT' || code === 'BROKER_UNAVAILABLE');
      });
    } finally {
      await thaw();
    }
    const after = bodiesOf(10, 'after-');
    await eventually(
      () =>
        publisher.publish(after).then(
          () => true,
          () => false,
        ),
      (done) => done,
    );
    await store.until(() => after.every((body) => store.has(body.toString())));
  });

  it('does not stay on connections that have fallen silent', async () => {
    const connections = watchConnections();
    try {
      const { createPublisher, createConsumer, createBacklogReader } = harness();
      const [publisher, backlog] = [await createPublisher(), await createBacklogReader()];
      const store = new TestStore();
      const consumer = await createConsumer();
      await consumer.start(store.handlers());
      await publisher.publish(bodiesOf(10, 'before-'));
      await store.until(() => store.size === 10);
      await backlog.read(new Map());

      const silenced = connections.silence(serverOf().port);
      assert.ok(silenced >= 3, `only ${silenced} connections`);
      const succeeds = (work: () => Promise<unknown>) => () =>
        work().then(
          () => true,
          () => false,
        );
      const after = bodiesOf(10, 'after-');
      await Promise.all([
        eventually(
          succeeds(() => publisher.publish(after)),
          (done) => done,
        ),
        eventually(
          succeeds(() => backlog.read(new Map())),
          (done) => done,
        ),
      ]);
      await store.until(() => after.every((body) => store.has(body.toString())));
      assert.deepEqual(store.fatal, []);
    } finally {
      connections.stop();
    }
  });

  it('stops while the broker is silent', async () => {
    const { createPublisher, createConsumer } = harness();
    const publisher = await createPublisher();
    const store = new TestStore();
    const consumer = await createConsumer();
    await consumer.start(store.handlers());
    await publisher.publish(bodiesOf(10));
    await store.until(() => store.size === 10);
    const thaw = await serverOf().freeze();
    try {
      await Promise.all([consumer.stop(), publisher.close()]);
    } finally {
      await thaw();
    }
    assert.deepEqual([consumer.isReady(), publisher.isReady(), store.fatal], [false, false, []]);
  });

  it('keeps callers of a group commit waiting over a restart of the broker', async () => {
    const { createPublisher, createConsumer } = harness();
    const group = createGroupCommit(await createPublisher());
    const store = new TestStore();
    const consumer = await createConsumer();
    await consumer.start(store.handlers());
    const deadline = performance.now() + 120_000;
    await group.publish(bodiesOf(1, 'first-'), deadline);
    await serverOf().saveQueues();
    const restart = await serverOf().kill();
    let settled = 0;
    const calls = Array.from({ length: 200 }, (_, index) =>
      group.publish(bodiesOf(5, `call-${index}-`), deadline).finally(() => {
        settled++;
      }),
    );
    // All of them are made, and the publisher has noticed, before the broker returns.
    await eventually(
      () => group.isReady(),
      (isReady) => !isReady,
    );
    assert.equal(settled, 0);
    await Promise.all([restart(), ...calls]);
    await store.until(() => store.size === 1_001);
    assert.equal(group.pending(), 0);
    await group.close();
  });
}
