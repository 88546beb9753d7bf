import { type Finding, finding, type Verdict, verdictOf } from '@caudal/common/verdict';
import { judgeMessages } from '../messages/judge.ts';
import type { LoadResult } from '../messages/load/measure-load.ts';
import type { LiveFrame, LiveRecord } from './live-reader.ts';

/** What a viewer got, held against what was accepted. Its messages themselves are not kept. */
export interface ViewerAccount {
  readonly reader: string;
  /** Accepted messages that it got. */
  readonly kept: number;
  readonly pauses: number;
  readonly reconnects: number;
  readonly findings: readonly Finding[];
}

/** What viewers got. */
export interface LiveEvidence {
  readonly records: readonly ViewerAccount[];
  /** Consumer groups at the log that were not there before, undefined where the log is out of reach. */
  readonly newGroups?: readonly string[];
}

/** What is judged: the account of the lanes, and what the viewers got. */
export type JudgedLive = Pick<LoadResult, 'account' | 'notDrained' | 'rows' | 'request'> & {
  readonly live: LiveEvidence;
};

/**
 * Holds the live tail against the load: every viewer got every accepted message, each record of the log once and in the
 * order of its partition, without a notice that it missed some; and the lanes are exact, so nothing was stored for it.
 */
export function judgeLive(result: JudgedLive): Verdict {
  const lanes = judgeMessages(result);
  const { records, newGroups = [] } = result.live;
  const promised = sum(result.request.accepted);
  const findings = [
    ...lanes.findings,
    ...records.flatMap((record) => record.findings),
    ...(newGroups.length === 0
      ? []
      : [finding('wrong', 'the log', 'the live tail joined a consumer group', { examples: newGroups })]),
  ];
  return verdictOf({
    promises: lanes.promises + promised * records.length,
    kept: lanes.kept + records.reduce((total, { kept }) => total + kept, 0),
    unknown: lanes.unknown,
    findings,
  });
}

/** Holds what a viewer got against the accepted messages, by country. */
export function judgeRecord(
  { reader, frames, missed, pauses, reconnects }: LiveRecord,
  accepted: Readonly<Record<string, number>>,
): ViewerAccount {
  const gaps: string[] = [];
  const doubles: string[] = [];
  const late: string[] = [];
  for (const [partition, offsets] of offsetsByPartition(frames)) {
    const seen = new Set<number>();
    let highest = -1;
    for (const offset of offsets) {
      if (seen.has(offset)) doubles.push(`${partition}:${offset}`);
      else if (offset < highest) late.push(`${partition}:${offset}`);
      seen.add(offset);
      highest = Math.max(highest, offset);
    }
    for (let offset = Math.min(...seen); offset < highest; offset += 1) {
      if (!seen.has(offset)) gaps.push(`${partition}:${offset}`);
    }
  }
  const short = shortage(frames, accepted);
  // A gap may also be seen as a shortage, and a message lost at the end only as that.
  const lost = Math.max(gaps.length, short);
  const found = (kind: Finding['kind'], detail: string, examples: readonly string[], count: number) =>
    count === 0 ? [] : [finding(kind, reader, detail, { examples, count })];
  return {
    reader,
    kept: Math.max(0, sum(accepted) - lost),
    pauses,
    reconnects,
    findings: [
      ...found('lost', `${reader} did not get ${lost}`, gaps, lost),
      ...found('doubled', `${reader} got ${doubles.length} again`, doubles, doubles.length),
      ...found('out-of-order', `${reader} got ${late.length} late`, late, late.length),
      ...found('skipped', `${reader} got a notice that it missed ${missed}`, [], missed),
    ],
  };
}

/** Accepted messages that a viewer did not get, by country; a publish that was repeated is one message in two records. */
function shortage(frames: readonly LiveFrame[], accepted: Readonly<Record<string, number>>): number {
  const identities = new Map<string, Set<string>>();
  for (const { country, identity } of frames) {
    const known = identities.get(country) ?? new Set<string>();
    identities.set(country, known.add(identity));
  }
  return Object.entries(accepted).reduce(
    (total, [country, count]) => total + Math.max(0, count - (identities.get(country)?.size ?? 0)),
    0,
  );
}

function offsetsByPartition(frames: readonly LiveFrame[]): ReadonlyMap<number, number[]> {
  const offsets = new Map<number, number[]>();
  for (const { partition, offset } of frames) {
    const known = offsets.get(partition);
    if (known) known.push(offset);
    else offsets.set(partition, [offset]);
  }
  return offsets;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
