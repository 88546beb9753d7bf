import { formatCount, formatDuration, markdownTable } from '../../../report/text-table.ts';
import type { AcknowledgedRow } from './writers.ts';

/** What a rehearsal saw. Times are of `performance.now()`, ms. */
export interface Rehearsal {
  /** What a commit waited for. */
  readonly commit: 'replica' | 'primary';
  readonly promoted: string;
  readonly follower: string;
  readonly killedAtMs: number;
  /** When the promoted replica took writes by its own word. */
  readonly promotedAtMs: number;
  /** When the other one followed it. */
  readonly followedAtMs: number;
  readonly acknowledged: readonly AcknowledgedRow[];
  /** Rows of the new primary, and of the replica that follows it. */
  readonly found: ReadonlySet<number>;
  readonly followed: ReadonlySet<number>;
}

/** The result of a rehearsal. */
export interface RehearsalVerdict {
  /** What was not as promised, one line each. */
  readonly wrong: readonly string[];
  /** Rows that were acknowledged and are gone. */
  readonly lost: readonly AcknowledgedRow[];
  /** Time from the kill to the first row that was acknowledged after it, ms. */
  readonly pauseMs: number | undefined;
  readonly passed: boolean;
}

/** Of what the primary alone had acknowledged, no more than the last second may be gone: it is sent to replicas at once. */
const UNSENT_MS = 1_000;

/** Judges a rehearsal: nothing acknowledged is lost, writes continue, and the other replica has the same. */
export function judgeRehearsal(rehearsal: Rehearsal): RehearsalVerdict {
  const { commit, killedAtMs, promotedAtMs, acknowledged, found, followed } = rehearsal;
  const lost = acknowledged.filter(({ id }) => !found.has(id));
  const excused = commit === 'primary' ? killedAtMs - UNSENT_MS : Number.POSITIVE_INFINITY;
  const inexcusable = lost.filter(({ atMs }) => atMs < excused || atMs > promotedAtMs);
  // Until then only the old primary can have answered, also what is read after its end.
  const after = acknowledged.filter(({ atMs }) => atMs > promotedAtMs).map(({ atMs }) => atMs - killedAtMs);
  const apart = [...found].filter((id) => !followed.has(id)).length;
  const strange = [...followed].filter((id) => !found.has(id)).length;
  const wrong = [
    ...(inexcusable.length === 0
      ? []
      : [`${inexcusable.length} acknowledged rows are lost, such as ${inexcusable[0]?.id}`]),
    ...(after.length === 0 ? ['nothing was written after the kill'] : []),
    ...(apart === 0 ? [] : [`${rehearsal.follower} lacks ${apart} rows of ${rehearsal.promoted}`]),
    ...(strange === 0
      ? []
      : [`${rehearsal.follower} has ${strange} rows that ${rehearsal.promoted} has not`]),
  ];
  return {
    wrong,
    lost,
    pauseMs: after.length === 0 ? undefined : Math.min(...after),
    passed: wrong.length === 0,
  };
}

/** Writes the verdict, the times and the settings. */
export function renderRehearsal(
  rehearsal: Rehearsal,
  { wrong, lost, pauseMs }: RehearsalVerdict,
  card: readonly (readonly [name: string, value: string])[],
): string {
  const { killedAtMs, promotedAtMs, followedAtMs, acknowledged, promoted, follower } = rehearsal;
  const after = acknowledged.filter(({ atMs }) => atMs > promotedAtMs).length;
  const since = (atMs: number): string => formatDuration((atMs - killedAtMs) / 1_000);
  return `${[
    wrong.length > 0
      ? ['**NOT as promised:**', '', ...wrong.map((line) => `- ${line}`)].join('\n')
      : lost.length === 0
        ? '**No acknowledged row is lost.**'
        : `**${lost.length} rows are lost that the primary alone had acknowledged in its last second.**`,
    markdownTable([
      ['', 'after the kill'],
      [`${promoted} takes writes`, since(promotedAtMs)],
      ['the first row is acknowledged', pauseMs === undefined ? '–' : formatDuration(pauseMs / 1_000)],
      [`${follower} follows ${promoted}`, since(followedAtMs)],
    ]),
    markdownTable([
      ['rows', ''],
      ['acknowledged before the kill', formatCount(acknowledged.length - after)],
      ['acknowledged after it', formatCount(after)],
      ['lost', formatCount(lost.length)],
    ]),
    '## Settings',
    markdownTable([['setting', 'value'], ...card]),
  ].join('\n\n')}\n`;
}
