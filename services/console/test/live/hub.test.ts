import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createLogger } from '@caudal/common/logging';
import { eventually } from '../../../../tools/lib/eventually.ts';
import type { LiveClient } from '../../src/live/client.ts';
import { type From, LiveHub, type LiveLimits } from '../../src/live/hub.ts';
import { decodePosition, type Position } from '../../src/live/position.ts';
import type { LiveMessage, LiveMissed, LiveStart } from '../../src/schemas.ts';
import { EventReader } from '../support/event-reader.ts';
import { FakeLog } from '../support/fake-log.ts';

/** A viewer whose connection takes what the test lets it. */
class Viewer extends EventReader {
  client: LiveClient | undefined;
  isBlocked = false;
  isClosed = false;
  writes = 0;
  buffers: (Buffer | string)[] = [];

  readonly sink = {
    write: (bytes: Buffer | string) => {
      this.writes += 1;
      this.buffers.push(bytes);
      this.push(bytes.toString());
      return !this.isBlocked;
    },
    close: () => {
      this.isClosed = true;
    },
  };

  unblock(): void {
    this.isBlocked = false;
    this.client?.drained();
  }

  get messages(): LiveMessage[] {
    return this.data<LiveMessage>();
  }

  get sequences(): number[] {
    return this.messages.map(({ sequence }) => sequence).sort((a, b) => a - b);
  }

  /** Whether the messages of each partition are in order. */
  get isOrdered(): boolean {
    const last = new Map<number, number>();
    return this.messages.every(({ partition, offset }) => {
      const before = last.get(partition) ?? -1;
      last.set(partition, offset);
      return before < offset;
    });
  }

  get position(): Position {
    const position = decodePosition(this.id);
    assert.ok(position, `not a position: ${this.id}`);
    return position;
  }
}

const upTo = (count: number, from = 0) => Array.from({ length: count - from }, (_, i) => from + i);

describe('the live tail', () => {
  let log: FakeLog;
  let hub: LiveHub;
  let delivered: number;
  let missed: number;
  const open = (limits: Partial<LiveLimits> = {}, behind?: FakeLog) => {
    const meter = {
      delivered: (n: number) => {
        delivered += n;
      },
      missed: (n: number) => {
        missed += n;
      },
    };
    hub = new LiveHub(log, createLogger('test', 'silent'), meter, limits, behind);
  };
  const view = async (from: From = 'now', countries?: string[]) => {
    const viewer = new Viewer();
    viewer.client = await hub.attach(viewer.sink, from, countries);
    return viewer;
  };
  const has = (viewer: Viewer, count: number) =>
    eventually(
      () => viewer.messages.length,
      (length) => length >= count,
      { what: `${count} messages`, everyMs: 5 },
    );

  beforeEach(() => {
    log = new FakeLog();
    delivered = 0;
    missed = 0;
    open();
  });
  afterEach(() => hub.close());

  it('reads nothing without a viewer', async () => {
    log.append(5);
    assert.equal(log.reads, 0);
    assert.equal(hub.position, undefined);
  });

  it('gives what comes after the start, each message once and in the order of its partition', async () => {
    log.append(5);
    const viewer = await view();
    log.append(10);
    await has(viewer, 10);
    assert.deepEqual(viewer.sequences, upTo(15, 5));
    assert.ok(viewer.isOrdered);
    assert.deepEqual(viewer.data<LiveStart>('start'), [{ topic: 'message', partitions: 3, from: 'now' }]);
    assert.equal(delivered, 10);
  });

  it('reads the log once for a thousand viewers, and encodes once', async () => {
    const viewers = await Promise.all(Array.from({ length: 1_000 }, () => view()));
    const before = log.reads;
    log.append(30);
    for (const viewer of viewers) await has(viewer, 30);
    assert.ok(log.reads - before <= 10, `read ${log.reads - before} times`);
    const [first, ...others] = viewers.map(({ buffers }) => buffers.at(-1));
    for (const other of others) assert.equal(other, first, 'the same bytes in memory');
  });

  it('gives only the countries that were asked for, and says from where to resume without a match', async () => {
    open({ beatMs: 10 });
    const viewer = await view('now', ['JP', 'FR']);
    log.append(9, 'ES');
    log.append(1, 'JP');
    log.append(9, 'ES');
    await has(viewer, 1);
    assert.deepEqual(
      viewer.messages.map(({ country }) => country),
      ['JP'],
    );
    await eventually(
      () => viewer.position.offsets.reduce((sum, offset) => sum + offset, 0),
      (sum) => sum === 19,
      { what: 'the position after all', everyMs: 5 },
    );
    assert.equal(viewer.events.length, 2, 'an id without data is no event');
  });

  it('begins at the start of the log where asked', async () => {
    log.maxRecords = 7;
    log.append(100);
    const viewer = await view('earliest');
    log.append(50);
    await has(viewer, 150);
    assert.deepEqual(viewer.sequences, upTo(150));
    assert.ok(viewer.isOrdered);
  });

  it('reads for who is behind on a connection of its own, and closes both', async () => {
    const behind = new FakeLog();
    open({}, behind);
    for (const either of [log, behind]) either.append(100);
    const viewer = await view('earliest');
    await has(viewer, 100);
    assert.ok(behind.reads > 0);
    assert.deepEqual(viewer.sequences, upTo(100));
    await hub.close();
    assert.ok(log.isClosed && behind.isClosed);
  });

  it('resumes without a gap or a repetition, wherever the connection was cut', async () => {
    const whole = await view();
    log.append(30);
    await has(whole, 30);
    for (const cut of [0, 1, 13, 29]) {
      const position = decodePosition(whole.events.filter(({ name }) => name === 'message')[cut]?.id ?? '');
      assert.ok(position);
      const rest = await view(position);
      await has(rest, 29 - cut);
      const seen = whole.messages.slice(0, cut + 1).map(({ sequence }) => sequence);
      assert.deepEqual(
        [...seen, ...rest.sequences].sort((a, b) => a - b),
        upTo(30),
      );
      hub.detach(rest.client as LiveClient);
    }
  });

  it('resumes after the console was restarted', async () => {
    const before = await view();
    log.append(10);
    await has(before, 10);
    await hub.close();
    log.append(10);
    open();
    const after = await view(before.position);
    log.append(10);
    await has(after, 20);
    assert.deepEqual([...before.sequences, ...after.sequences], upTo(30));
    assert.deepEqual(after.data('missed'), []);
  });

  it('joins the ring from any position, although that is none of the ring’s', async () => {
    log.maxRecords = 3;
    const follower = await view();
    log.append(60);
    await has(follower, 60);
    // A reader that has got further in one partition than in the others.
    const { log: mark } = follower.position;
    const joiner = await view({ log: mark, offsets: [20, 2, 9] });
    log.append(30);
    await has(joiner, 30 + 18 + 11);
    assert.deepEqual(
      joiner.messages.filter(({ partition }) => partition === 0).map(({ offset }) => offset),
      upTo(30, 20),
    );
    assert.deepEqual(
      joiner.messages.filter(({ partition }) => partition === 1).map(({ offset }) => offset),
      upTo(30, 2),
    );
    assert.deepEqual(
      joiner.messages.filter(({ partition }) => partition === 2).map(({ offset }) => offset),
      upTo(30, 9),
    );
    // Each of its ids resumes exactly.
    for (const event of joiner.events.filter(({ name }) => name === 'message')) {
      const { offsets } = decodePosition(event.id) as Position;
      const index = joiner.events.indexOf(event);
      const seen = joiner.events.slice(0, index + 1).filter(({ name }) => name === 'message').length;
      assert.equal(offsets.reduce((sum, offset) => sum + offset, 0) - 31, seen);
    }
  });

  it('serves a viewer that fell out of the ring from the log', async () => {
    open({ ringMessages: 10, batchSize: 100 });
    const viewer = await view();
    viewer.isBlocked = true;
    log.append(200);
    await eventually(
      () => hub.behind,
      (behind) => behind > 100,
      { what: 'a lag', everyMs: 5 },
    );
    assert.ok(viewer.messages.length < 20, `${viewer.messages.length} were written to a blocked connection`);
    viewer.unblock();
    await has(viewer, 200);
    assert.deepEqual(viewer.sequences, upTo(200));
    assert.deepEqual(viewer.data('missed'), []);
  });

  it('reports to a viewer that is too slow what it missed, exactly, and continues at the end', async () => {
    open({ ringMessages: 10, batchSize: 100, maxBehindMessages: 50 });
    const viewer = await view();
    viewer.isBlocked = true;
    log.append(300);
    await eventually(
      () => hub.behind,
      (behind) => behind > 200,
      { what: 'a lag', everyMs: 5 },
    );
    viewer.unblock();
    log.append(30);
    await eventually(
      () => viewer.sequences.at(-1),
      (last) => last === 329,
      { what: 'the last', everyMs: 5 },
    );
    const [notice] = viewer.data<LiveMissed>('missed');
    assert.equal(notice?.reason, 'slow');
    assert.equal(viewer.messages.length + (notice?.count ?? 0), 330);
    assert.equal(missed, notice?.count);
    assert.ok(viewer.isOrdered);
  });

  it('does not call a viewer slow that resumes from long ago', async () => {
    open({ maxBehindMessages: 10, ringMessages: 10 });
    log.append(500);
    const viewer = await view('earliest');
    await has(viewer, 500);
    assert.deepEqual(viewer.data('missed'), []);
  });

  it('says what retention has deleted', async () => {
    log.append(30);
    const before = await view('earliest');
    await has(before, 30);
    await hub.close();
    log.append(30);
    log.cut(15);
    open();
    const after = await view(before.position);
    await has(after, 15);
    assert.deepEqual(after.data<LiveMissed>('missed'), [
      {
        count: 15,
        reason: 'retention',
        partitions: [0, 1, 2].map((partition) => ({ partition, from: 10, to: 15 })),
      },
    ]);
    assert.deepEqual(after.sequences, upTo(60, 45));
  });

  it('says what retention deletes while the log cannot be read', async () => {
    const viewer = await view();
    log.append(3);
    await has(viewer, 3);
    log.error = 'away';
    await eventually(
      () => hub.trouble,
      (text) => text === 'away',
      { what: 'the trouble', everyMs: 5 },
    );
    log.append(30);
    log.cut(6);
    log.error = undefined;
    await has(viewer, 3 + 15);
    assert.equal(viewer.data<LiveMissed>('missed')[0]?.count, 15);
    assert.deepEqual(viewer.sequences, [0, 1, 2, ...upTo(33, 18)]);
    await eventually(
      () => hub.trouble,
      (text) => text === undefined,
      { what: 'no trouble', everyMs: 5 },
    );
  });

  it('misses nothing while the log is away', async () => {
    const viewer = await view();
    log.append(3);
    log.error = 'away';
    log.append(30);
    await eventually(
      () => hub.trouble,
      (text) => text === 'away',
      { what: 'the trouble', everyMs: 5 },
    );
    log.error = undefined;
    await has(viewer, 33);
    assert.deepEqual(viewer.sequences, upTo(33));
  });

  it('reads a replaced topic from its start, and says so', async () => {
    const viewer = await view();
    log.append(9);
    await has(viewer, 9);
    log.replace();
    log.append(6);
    await has(viewer, 15);
    assert.deepEqual(
      viewer.data<LiveMissed>('missed').map(({ reason }) => reason),
      ['restarted'],
    );
    assert.deepEqual(viewer.sequences, upTo(15));
    log.append(3);
    await has(viewer, 18);
  });

  it('gives what is written in place of a lost end, and says so', async () => {
    const viewer = await view();
    log.append(9);
    await has(viewer, 9);
    log.lose(2);
    await eventually(
      () => viewer.data<LiveMissed>('missed').map(({ reason }) => reason),
      (reasons) => reasons.length > 0,
      { what: 'the notice', everyMs: 10 },
    );
    log.append(6);
    await has(viewer, 15);
    assert.deepEqual(viewer.sequences, upTo(15));
    assert.deepEqual(
      viewer.data<LiveMissed>('missed').map(({ reason }) => reason),
      ['restarted'],
    );
  });

  it('repeats nothing to a viewer while a log reports an earlier end for a moment', async () => {
    const viewer = await view();
    log.append(9);
    await has(viewer, 9);
    log.hidden = 2;
    log.error = 'away';
    await eventually(
      () => hub.trouble,
      (text) => text === 'away',
      { what: 'the trouble', everyMs: 5 },
    );
    log.error = undefined;
    await eventually(
      () => hub.trouble,
      (text) => text === undefined,
      { what: 'its end', everyMs: 5 },
    );
    log.hidden = 0;
    log.append(3);
    await has(viewer, 12);
    assert.deepEqual(viewer.sequences, upTo(12));
    assert.equal(viewer.messages.length, 12);
    assert.deepEqual(viewer.data('missed'), []);
  });

  it('leaves out what is no message, and goes on after it', async () => {
    const viewer = await view();
    log.appendTo(0, Buffer.from('poison'));
    log.append(3);
    await has(viewer, 3);
    assert.deepEqual(viewer.sequences, upTo(3));
  });

  it('gives the reason when it cannot begin', async () => {
    log.error = 'away';
    await assert.rejects(view(), /away/);
    log.error = undefined;
    const viewer = await view();
    log.append(1);
    await has(viewer, 1);
  });

  it('closes a connection that takes nothing for long, and keeps one write for it meanwhile', async () => {
    open({ beatMs: 10, maxBlockedMs: 30 });
    const viewer = await view();
    viewer.isBlocked = true;
    log.append(1);
    await has(viewer, 1);
    const { writes } = viewer;
    log.append(100);
    await eventually(
      () => viewer.isClosed,
      (closed) => closed,
      { what: 'the end', everyMs: 5 },
    );
    assert.equal(viewer.writes, writes);
    assert.equal(hub.clients, 0);
  });

  it('gives a sign of life', async () => {
    open({ beatMs: 5 });
    const viewer = await view();
    await eventually(
      () => viewer.comments,
      (count) => count > 2,
      { what: 'comments', everyMs: 5 },
    );
  });

  it('stops reading some time after its last client left', async () => {
    open({ lingerMs: 10 });
    const viewer = await view();
    hub.detach(viewer.client as LiveClient);
    await eventually(
      async () => {
        const before = log.reads;
        await new Promise((resolve) => setTimeout(resolve, 60));
        return log.reads - before;
      },
      (reads) => reads === 0,
      { what: 'no more reads', everyMs: 5 },
    );
    const again = await view();
    log.append(2);
    await has(again, 2);
  });
});
