import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  judgeReplay,
  type Replay,
  renderReplay,
} from '../../../../src/workloads/live/replay/judge-replay.ts';
import { REPLAY_LIVE } from '../../../../src/workloads/live/replay/replay-live.ts';
import { createReplayTally } from '../../../../src/workloads/live/replay/replay-tally.ts';

const event = (partition: number, offset: number, sequence = offset): string =>
  `id: x\ndata: ${JSON.stringify({ partition, offset, scope: 'p', sequence, description: 'a: b' })}`;

describe('the tally of a replay', () => {
  const tallyOf = (...events: readonly string[]) => {
    const tally = createReplayTally();
    for (const one of events) tally.add(one);
    return tally.result();
  };

  it('counts messages, and not notices', () => {
    const start = 'event: start\nid: x\ndata: {"topic":"t"}';
    assert.deepEqual(tallyOf(start, 'id: y', ': hello', event(0, 0), event(1, 0, 7), event(0, 1)), {
      messages: 3,
      distinct: 3,
      outOfOrder: 0,
      missed: 0,
    });
  });

  it('notices a message twice, one before another, and what is missed', () => {
    assert.deepEqual(tallyOf(event(0, 1), event(0, 0), 'event: missed\ndata: {"count":5}', event(0, 2, 1)), {
      messages: 3,
      distinct: 2,
      outOfOrder: 1,
      missed: 5,
    });
    assert.equal(tallyOf(event(0, 1), event(0, 1)).outOfOrder, 1);
  });
});

describe('the judge of a replay', () => {
  const SENT = 1_000;
  const replay = (more: Partial<Replay> = {}): Replay => ({
    messages: SENT,
    distinct: SENT,
    outOfOrder: 0,
    missed: 0,
    seconds: 0.1,
    console: { cpuSeconds: 0.08, peakBytes: 2 ** 27 },
    viewer: { cpuSeconds: 0.05, peakBytes: 2 ** 26 },
    traces: [],
    ...more,
  });
  const judged = (replays: readonly Replay[], reference = replays.map(() => 20_000)) =>
    judgeReplay({ sent: SENT, replays, reference });

  it('passes when everything was shown once, in order, fast enough, and nothing was left', () => {
    const { wrong, rate, share, passed } = judged([replay(), replay()]);
    assert.deepEqual([wrong, rate.median, share.median, passed], [[], 10_000, 0.5, true]);
  });

  for (const [change, line] of [
    [{ messages: SENT - 1, distinct: SENT - 1 }, '999 messages, 999 of them distinct, of 1000 sent'],
    [{ distinct: SENT - 1 }, '1000 messages, 999 of them distinct, of 1000 sent'],
    [{ outOfOrder: 2 }, '2 messages out of the order of their partition'],
    [{ missed: 3 }, '3 messages that the console could not give'],
    [{ traces: ['3 keys in the store'] }, '3 keys in the store'],
  ] as const) {
    it(`fails for ${line}`, () => {
      const { wrong, passed } = judged([replay(), replay(change)]);
      assert.deepEqual([wrong, passed], [[`repetition 2: ${line}`], false]);
    });
  }

  it('fails below its share of the rate of a client that only parses', () => {
    const reference = [40_000];
    const trials = { sent: SENT, replays: [replay()], reference };
    const verdict = judgeReplay(trials);
    assert.equal(verdict.passed, false);
    assert.match(renderReplay(trials, verdict, []), /has 0\.25 .*; goal ≥ 0\.3: \*\*missed\*\*, not passed/);
  });

  it('reports with the rate of the system that it descends from', () => {
    const trials = { sent: SENT, replays: [replay()], reference: [20_000] };
    const lines = renderReplay(trials, judgeReplay(trials), [['clock', 'ours']]).split('\n');
    for (const line of [
      '**All 1,000 messages were shown once, in order, and nothing was stored.**',
      '| live tail, one viewer that parses | 10,000 (10,000–10,000) | 179 |',
      '| console | 0.08 | 128 MiB |',
      '| clock | ours |',
    ]) {
      assert.ok(lines.includes(line), `${line}\n${lines.join('\n')}`);
    }
  });
});

describe('the command line of replay live', () => {
  it('shows 160,000 messages', () => {
    assert.deepEqual(REPLAY_LIVE.line.parse([]).settings, { messages: 160_000, repetitions: 5 });
  });

  it('refuses what is no number', () => {
    assert.throws(() => REPLAY_LIVE.line.parse(['--messages', 'all']), {
      name: 'UsageError',
      message: /^--messages all: must be a whole number from 100 /,
    });
  });
});
