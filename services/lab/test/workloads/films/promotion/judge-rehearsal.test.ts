import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from '../../../../src/cli/arguments.ts';
import {
  judgeRehearsal,
  type Rehearsal,
  renderRehearsal,
} from '../../../../src/workloads/films/promotion/judge-rehearsal.ts';
import { REHEARSE_PROMOTION } from '../../../../src/workloads/films/promotion/rehearse-promotion.ts';

const KILLED = 10_000;

/** Two rows before the kill, the second 100 ms before it; two after it. */
const rehearsal = (more: Partial<Rehearsal> = {}): Rehearsal => ({
  commit: 'replica',
  promoted: 'replica-1',
  follower: 'replica-2',
  killedAtMs: KILLED,
  promotedAtMs: KILLED + 300,
  followedAtMs: KILLED + 900,
  acknowledged: [
    { id: 1, atMs: KILLED - 5_000 },
    { id: 2, atMs: KILLED - 100 },
    { id: 3, atMs: KILLED + 350 },
    { id: 4, atMs: KILLED + 400 },
  ],
  found: new Set([1, 2, 3, 4]),
  followed: new Set([1, 2, 3, 4]),
  ...more,
});

describe('the judge of a rehearsed promotion', () => {
  it('passes when every acknowledged row is at both, and says how long nothing could be written', () => {
    const { wrong, lost, pauseMs, passed } = judgeRehearsal(rehearsal());
    assert.deepEqual([wrong, lost, pauseMs, passed], [[], [], 350, true]);
  });

  it('is content with rows that no client has an answer for', () => {
    const both = new Set([1, 2, 3, 4, 5]);
    assert.ok(judgeRehearsal(rehearsal({ found: both, followed: both })).passed);
  });

  it('finds a row that a replica had before the commit was answered', () => {
    const both = new Set([1, 3, 4]);
    const { wrong, lost, passed } = judgeRehearsal(rehearsal({ found: both, followed: both }));
    assert.deepEqual([wrong, passed], [['1 acknowledged rows are lost, such as 2'], false]);
    assert.deepEqual(
      lost.map(({ id }) => id),
      [2],
    );
  });

  it('excuses what the primary alone had acknowledged in its last second, and nothing else', () => {
    const of = (...rows: readonly number[]) => {
      const both = new Set(rows);
      return judgeRehearsal(rehearsal({ commit: 'primary', found: both, followed: both }));
    };
    const excused = of(1, 3, 4);
    assert.deepEqual([excused.passed, excused.lost.length], [true, 1]);
    assert.deepEqual(of(2, 3, 4).wrong, ['1 acknowledged rows are lost, such as 1']);
    assert.deepEqual(of(1, 2, 4).wrong, ['1 acknowledged rows are lost, such as 3']);
  });

  it('finds that nothing was written any more', () => {
    const acknowledged = rehearsal().acknowledged.slice(0, 2);
    const { wrong, pauseMs } = judgeRehearsal(rehearsal({ acknowledged }));
    assert.deepEqual([wrong, pauseMs], [['nothing was written after the kill'], undefined]);
  });

  it('finds where the other replica differs', () => {
    assert.deepEqual(judgeRehearsal(rehearsal({ followed: new Set([1, 2, 3]) })).wrong, [
      'replica-2 lacks 1 rows of replica-1',
    ]);
    assert.deepEqual(judgeRehearsal(rehearsal({ followed: new Set([1, 2, 3, 4, 9]) })).wrong, [
      'replica-2 has 1 rows that replica-1 has not',
    ]);
  });

  it('writes the verdict, the times and the rows', () => {
    const text = renderRehearsal(rehearsal(), judgeRehearsal(rehearsal()), [['writers', '4']]);
    assert.match(text, /^\*\*No acknowledged row is lost\.\*\*/);
    assert.match(
      text,
      /\| replica-1 takes writes \| 300 ms \|\n\| the first row is acknowledged \| 350 ms \|/,
    );
    assert.match(
      text,
      /\| acknowledged before the kill \| 2 \|\n\| acknowledged after it \| 2 \|\n\| lost \| 0 \|/,
    );
    const both = new Set([1, 3, 4]);
    const some = rehearsal({ commit: 'primary', found: both, followed: both });
    assert.match(
      renderRehearsal(some, judgeRehearsal(some), []),
      /^\*\*1 rows are lost that the primary alone/,
    );
    const bad = rehearsal({ found: both, followed: both });
    assert.match(
      renderRehearsal(bad, judgeRehearsal(bad), []),
      /^\*\*NOT as promised:\*\*\n\n- 1 acknowledged/,
    );
  });
});

describe('the command line of rehearse promotion', () => {
  it('has defaults, and refuses what cannot be', () => {
    const { line } = REHEARSE_PROMOTION;
    assert.deepEqual(line.parse([]).settings, { commit: 'replica', writers: 4, seconds: 3 });
    assert.equal(line.parse(['--commit', 'primary']).settings.commit, 'primary');
    for (const args of [
      ['--commit', 'both'],
      ['--writers', '0'],
      ['--seconds', 'x'],
      ['--help-me', '1'],
    ])
      assert.throws(() => line.parse(args), UsageError, args.join(' '));
  });
});
