import { type Account, type Finding as AccountFinding, describeFinding } from '@caudal/common/account';
import { accountStatus } from '../../report/account-status.ts';
import type { Finding, FindingKind, Verdict } from '../verdict.ts';

/** The account's words in the vocabulary of all systems; what another sender posted is no finding. */
const KINDS = {
  lost: 'lost',
  doubled: 'doubled',
  'wrong-country': 'wrong',
  'wrong-weather': 'wrong',
  refused: 'wrong',
  total: 'diverged',
} as const satisfies Readonly<Record<Exclude<AccountFinding['kind'], 'other'>, FindingKind>>;

const MAX_EXAMPLES = 5;

/**
 * Holds what ingest promised against what the stores have: every accepted message is a promise of every lane, kept when its
 * store has it. Not exact without a finding means that nothing was proved: nothing was accepted, or the lanes were not drained.
 */
export function judgeMessages(result: {
  readonly account: Account;
  /** Why waiting for the lanes ended early; absent when they are drained. */
  readonly notDrained?: string;
}): Verdict {
  const { lanes, findings } = result.account;
  const total = (of: (lane: Account['lanes'][number]) => number): number =>
    lanes.reduce((sum, lane) => sum + of(lane), 0);
  const promises = total(({ accepted }) => accepted);
  return {
    promises,
    kept: promises - total(({ lost }) => lost),
    unknown: total(({ unknown }) => unknown),
    findings: findingsOf(findings),
    exact: accountStatus(result) === 0,
  };
}

/** One finding per lane and kind, with the first places as examples. */
function findingsOf(found: readonly AccountFinding[]): readonly Finding[] {
  const merged = new Map<string, Finding>();
  for (const finding of found) {
    if (finding.kind === 'other') continue;
    const kind = KINDS[finding.kind];
    const key = `${finding.lane} ${kind}`;
    const known = merged.get(key);
    const example = describeFinding(finding);
    merged.set(key, {
      kind,
      subject: finding.lane,
      count: (known?.count ?? 0) + finding.count,
      detail: known?.detail ?? example,
      examples: [...(known?.examples ?? []), example].slice(0, MAX_EXAMPLES),
    });
  }
  return [...merged.values()];
}
