import type { Account, Finding, FindingKind } from './account.ts';

/**
 * `exact`: every lane has every accepted message, once, by counts and identities. `exact-by-counts`: the counts say so
 * and identities can no longer be compared. `faulty`: something is lost, doubled or misplaced. `unproven`: there was
 * nothing to compare, or the lanes still had messages to store.
 */
export type VerdictState = 'exact' | 'exact-by-counts' | 'faulty' | 'unproven';

/** Verdict on an account, as text. */
export interface Verdict {
  readonly state: VerdictState;
  /** One line. */
  readonly line: string;
  /** Findings, one per line. */
  readonly notes: readonly string[];
}

const MAX_FINDING_NOTES = 50;

/**
 * Judges an account.
 * @param notDrained why waiting for the lanes ended early; undefined if they are drained
 */
export function verdictOf(account: Account, notDrained?: string): Verdict {
  const isByCounts = account.lanes.some(({ identities }) => identities === null);
  const notes = [
    ...findingNotes(account.findings, isByCounts),
    ...(notDrained === undefined ? [] : [`not drained: ${notDrained}`]),
  ];
  const faults = account.findings.filter(({ kind }) => kind !== 'other');
  if (faults.length > 0) return { state: 'faulty', line: faultLine(faults), notes };
  const doubt = doubtOf(account, notDrained);
  if (doubt !== undefined) return { state: 'unproven', line: `NOT proven: ${doubt}`, notes };
  if (isByCounts)
    return { state: 'exact-by-counts', line: 'exact by counts; identities have expired', notes };
  return { state: 'exact', line: 'exact: every accepted message is in every store, once', notes };
}

/** Why an account without faults proves nothing; undefined if it is proof. */
function doubtOf({ lanes }: Account, notDrained: string | undefined): string | undefined {
  if (lanes.length === 0) return 'no lane was compared';
  if (lanes.every(({ accepted }) => accepted === 0)) {
    const unknown = Math.max(...lanes.map((lane) => lane.unknown));
    return unknown === 0
      ? 'nothing was accepted'
      : `nothing was accepted, and the outcome of ${messages(unknown)} is unknown`;
  }
  if (notDrained !== undefined) return 'the lanes were not drained';
  return undefined;
}

function faultLine(faults: readonly Finding[]): string {
  const count = (kind: FindingKind): number =>
    faults.reduce((sum, finding) => sum + (finding.kind === kind ? finding.count : 0), 0);
  const parts = [`lost ${format(count('lost'))}`, `doubled ${format(count('doubled'))}`];
  if (count('wrong-country') > 0) parts.push(`under a wrong country ${format(count('wrong-country'))}`);
  if (count('wrong-weather') > 0) parts.push(`under a wrong weather ${format(count('wrong-weather'))}`);
  if (count('refused') > 0) parts.push(`refused but stored ${format(count('refused'))}`);
  if (count('not-taken') > 0) parts.push(`of countries not taken ${format(count('not-taken'))}`);
  if (count('total') > 0) parts.push(`totals off by ${format(count('total'))}`);
  return `NOT exact: ${parts.join(', ')}`;
}

function findingNotes(findings: readonly Finding[], isByCounts: boolean): string[] {
  const notes = findings.slice(0, MAX_FINDING_NOTES).map(describeFinding);
  if (findings.length > MAX_FINDING_NOTES) notes.push(`… and ${findings.length - MAX_FINDING_NOTES} more`);
  if (isByCounts && findings.some(({ kind }) => kind === 'doubled')) {
    notes.push('identities have expired: what shows as doubled may be of another sender');
  }
  return notes;
}

/** Formats a finding in one line. */
export function describeFinding({ lane, country, kind, count, countedAs }: Finding): string {
  const where = country ?? 'in no single country (the identities show it)';
  if (kind === 'wrong-country') return `${lane}: ${format(count)} of ${where} counted as ${countedAs}`;
  if (kind === 'wrong-weather') return `${lane}: ${messages(count)} counted under a wrong weather`;
  if (kind === 'other') return `${lane}: ${messages(count)} of another sender, ${where}`;
  if (kind === 'refused') return `${lane}: ${messages(count)} refused but stored, ${where}`;
  if (kind === 'not-taken') {
    return `${lane}: ${messages(count)} stored of ${where}, which the lane does not take`;
  }
  if (kind === 'total') {
    return `${lane}: the store's total and the sum of its countries differ by ${format(count)}`;
  }
  return `${lane}: ${format(count)} ${kind}, ${where}`;
}

function messages(count: number): string {
  return `${format(count)} ${count === 1 ? 'message' : 'messages'}`;
}

function format(count: number): string {
  return count.toLocaleString('en-US');
}
