import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Account } from '@caudal/common/account';
import { judgeLive, judgeRecord } from '../../../src/workloads/live/judge-live.ts';
import type { LiveFrame, LiveRecord } from '../../../src/workloads/live/live-reader.ts';
import { LIVE_FAULTS } from '../../../src/workloads/live/plants.ts';

const ACCOUNT: Account = { rows: [], findings: [], exact: true, lanes: [] };
const ACCEPTED = { ES: 150, FR: 150 };
const FRAMES: readonly LiveFrame[] = Array.from({ length: 300 }, (_, i) => ({
  partition: i % 3,
  // A viewer begins anywhere in the log.
  offset: 40 + Math.floor(i / 3),
  country: i % 2 === 0 ? 'ES' : 'FR',
  identity: `p:${i}`,
}));
const record = (frames: readonly LiveFrame[], changes: Partial<LiveRecord> = {}): LiveRecord => ({
  reader: 'viewer 1',
  frames,
  missed: 0,
  pauses: 0,
  reconnects: 0,
  ...changes,
});
const judge = (records: readonly LiveRecord[], newGroups: readonly string[] = []) =>
  judgeLive({
    account: ACCOUNT,
    request: { accepted: ACCEPTED, unknown: {}, before: {} },
    live: { records: records.map((one) => judgeRecord(one, ACCEPTED)), newGroups },
  });
const kindsOf = (...args: Parameters<typeof judge>) =>
  judge(...args).findings.map(({ kind, subject, count }) => [kind, subject, count]);

describe('judgeLive', () => {
  it('is exact when every viewer got every message', () => {
    const verdict = judge([record(FRAMES), record(FRAMES, { reader: 'viewer 2' })]);
    assert.deepEqual(
      { exact: verdict.exact, promises: verdict.promises, kept: verdict.kept },
      { exact: true, promises: 600, kept: 600 },
    );
  });

  it('allows messages of other senders, and a publish that was repeated', () => {
    const more = [
      { partition: 0, offset: 140, country: 'JP', identity: 'q:1' },
      { partition: 1, offset: 140, country: 'ES', identity: 'p:0' },
    ];
    assert.deepEqual(kindsOf([record([...FRAMES, ...more])]), []);
  });

  for (const { name, pass, findings } of LIVE_FAULTS) {
    if (pass === undefined) continue;
    it(`finds ${name}, and nothing else`, () => {
      assert.deepEqual(
        kindsOf([record(pass(FRAMES))]),
        findings.map(({ kind, count }) => [kind, 'viewer 1', count]),
      );
    });
  }

  it('finds messages that are lost at the end, where no gap shows', () => {
    assert.deepEqual(kindsOf([record(FRAMES.slice(0, -6))]), [['lost', 'viewer 1', 6]]);
    assert.deepEqual(kindsOf([record([])]), [['lost', 'viewer 1', 300]]);
  });

  it('finds a notice of missed messages', () => {
    assert.deepEqual(kindsOf([record(FRAMES, { missed: 7 })]), [['skipped', 'viewer 1', 7]]);
  });

  it('finds a consumer group that was not there', () => {
    assert.deepEqual(kindsOf([record(FRAMES)], ['tail-1']), [['wrong', 'the log', 1]]);
  });
});
