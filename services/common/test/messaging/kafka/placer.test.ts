import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import type { LogEvent } from '../../../src/messaging/index.ts';
import { createAssignment, type Partition, takeStored } from '../../../src/messaging/kafka/assignment.ts';
import { encodeMarks, markOf } from '../../../src/messaging/kafka/log-mark.ts';
import { type LogReader, Placer } from '../../../src/messaging/kafka/placer.ts';

const SOURCE = 'message:0';

function partitionAt(position: number, marked = position - 1): Partition {
  const partition = createAssignment('message', [0]).partitions.get(0);
  assert.ok(partition);
  const marks = encodeMarks([markOf(marked, Buffer.from(`a-${marked}`))]);
  takeStored(partition, { position, marks, attempt: '' });
  return partition;
}

function log(low: number, high: number, name = 'a'): LogReader {
  return {
    bounds: () => Promise.resolve(new Map([[0, { low, high }]])),
    record: (_, offset) => Promise.resolve(Buffer.from(`${name}-${offset}`)),
  };
}

describe('the placer', () => {
  function create() {
    const events: LogEvent[] = [];
    const said: { msg: string; level: number }[] = [];
    const logger = pino({ level: 'info' }, { write: (line: string) => said.push(JSON.parse(line)) });
    return { placer: new Placer(logger, (event) => events.push(event)), events, said };
  }

  it('resumes at the store’s position, ends the doubt, and reports nothing while the log is the same', async () => {
    const { placer, events, said } = create();
    const partition = partitionAt(40);
    partition.isDoubted = true;
    await placer.place([partition], log(0, 50));
    assert.deepEqual([partition.readFrom, partition.isDoubted, partition.expected], [40, false, 40]);
    assert.deepEqual([partition.trueMarks, events, said], [partition.marks, [], []]);
  });

  it('asks for the bounds of its own partitions only, because the leader of another may be down', async () => {
    const { placer } = create();
    const asked: (readonly number[])[] = [];
    const { bounds, record } = log(0, 50);
    const watched: LogReader = {
      record,
      bounds(partitions) {
        asked.push(partitions);
        return bounds(partitions);
      },
    };
    await placer.place([partitionAt(40)], watched);
    assert.deepEqual(asked, [[0]]);
  });

  it('reports that the log was replaced, and keeps what the store expects', async () => {
    const { placer, events, said } = create();
    const partition = partitionAt(40);
    await placer.place([partition], log(0, 5_000, 'b'));
    assert.deepEqual([partition.readFrom, partition.expected, partition.trueMarks], [0, 40, []]);
    assert.deepEqual(events, [{ kind: 'restarted', source: SOURCE }]);
    assert.deepEqual(
      said.map(({ level }) => level),
      [50],
    );
    // Compared again before anything of it is stored, it is still another log.
    await placer.place([partition], log(0, 5_000, 'b'));
    assert.equal(partition.readFrom, 0);
  });

  it('counts once what retention deleted, and later deletions in addition', async () => {
    const { placer, events } = create();
    const partition = partitionAt(10);
    await placer.place([partition], log(30, 50));
    await placer.place([partition], log(30, 50));
    assert.deepEqual(events, [{ kind: 'deleted', source: SOURCE, messages: 20 }]);
    await placer.place([partition], log(35, 50));
    assert.deepEqual(events.slice(1), [{ kind: 'deleted', source: SOURCE, messages: 5 }]);
    assert.equal(partition.readFrom, 35);
  });

  it('reports that it cannot compare when retention has deleted the marked record', async () => {
    const { placer, events, said } = create();
    await placer.place([partitionAt(40)], log(40, 50));
    assert.deepEqual(events, []);
    assert.match(said.map(({ msg }) => msg).join(), /cannot tell/);
  });

  it('changes nothing when the log cannot be read', async () => {
    const { placer } = create();
    const partition = partitionAt(40);
    const broken = { ...log(0, 50), record: () => Promise.reject(new Error('planned')) };
    await assert.rejects(placer.place([partition], broken), /planned/);
    assert.equal(partition.readFrom, 0);
  });
});
