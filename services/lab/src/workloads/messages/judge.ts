import { type Account, type Finding as AccountFinding, describeFinding } from '@caudal/common/account';
import { type Finding, type FindingKind, finding, type Verdict, verdictOf } from '@caudal/common/verdict';

/** The account's words in the vocabulary of all systems. What another sender posted is no finding. */
const KINDS = {
  lost: 'lost',
  doubled: 'doubled',
  'wrong-country': 'wrong',
  'wrong-weather': 'wrong',
  'not-taken': 'wrong',
  refused: 'wrong',
  total: 'diverged',
} as const satisfies Readonly<Record<Exclude<AccountFinding['kind'], 'other'>, FindingKind>>;

/**
 * Holds what ingest promised against what the stores have: every accepted message is a promise of every lane, kept when its
 * store has it under its country. Lanes that were not drained were read too early, so nothing is proved.
 */
export function judgeMessages({
  account,
  notDrained,
  rows,
}: {
  readonly account: Account;
  /** Why waiting for the lanes ended early; absent when they are drained. */
  readonly notDrained?: string;
  /** What the rows show of lanes whose store keeps any. */
  readonly rows?: { readonly findings: readonly Finding[] };
}): Verdict {
  const total = (of: (lane: Account['lanes'][number]) => number): number =>
    account.lanes.reduce((sum, lane) => sum + of(lane), 0);
  const promises = total(({ accepted }) => accepted);
  return verdictOf({
    promises,
    kept: Math.max(0, promises - total(({ lost, wrongCountry }) => lost + wrongCountry)),
    unknown: total(({ unknown }) => unknown),
    findings: [
      ...account.findings.flatMap(findingOf),
      ...(notDrained === undefined
        ? []
        : [finding('stale', 'the lanes', `not drained: ${notDrained}`, { count: 1 })]),
      ...(rows?.findings ?? []),
    ],
  });
}

function findingOf(found: AccountFinding): readonly Finding[] {
  if (found.kind === 'other') return [];
  const { lane, count } = found;
  return [finding(KINDS[found.kind], lane, describeFinding(found), { count })];
}
