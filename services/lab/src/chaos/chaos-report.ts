import { formatCount, markdownTable, textTable } from '../report/text-table.ts';
import { describeEvidence } from './evidence.ts';
import type { ChaosResult } from './run-chaos.ts';

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** Faults by kind, what they did in all, and the verdict, for a terminal. */
export function chaosSummary({ verdict }: ChaosResult): string {
  const { total } = verdict;
  return [
    textTable([
      ['fault', 'times', 'felt', 'slowest recovery'],
      ...verdict.kinds.map(({ action, target, times, bitten, slowestRecoveryMs }) => [
        `${action} ${target}`,
        String(times),
        String(bitten),
        seconds(slowestRecoveryMs),
      ]),
    ]),
    '',
    `requests sent again ${formatCount(total.clientRetries)}, messages redelivered ${formatCount(total.redeliveries)}, ` +
      `duplicates refused ${formatCount(total.duplicates)}, store retries ${formatCount(total.storeRetries)}`,
    '',
    ...(verdict.failures.length === 0
      ? ['passed: exact, every fault was felt, every recovery within 15 s']
      : ['FAILED:', ...verdict.failures.map((line) => `  ${line}`)]),
    '',
  ].join('\n');
}

/** Every fault in its order, for faults.md. */
export function chaosReport({ outcomes, verdict }: ChaosResult): string {
  return [
    '# Faults',
    '',
    ...(verdict.failures.length === 0
      ? ['Passed: exact, and every fault was felt.']
      : verdict.failures.map((line) => `- ${line}`)),
    '',
    markdownTable([
      ['fault', 'at', 'recovered in', 'felt'],
      ...outcomes.map(({ action, target, atSeconds, recoveryMs, problem, evidence }) => [
        `${action} ${target}`,
        `${Math.round(atSeconds)} s`,
        problem ?? seconds(recoveryMs),
        describeEvidence(evidence),
      ]),
    ]),
    '',
  ].join('\n');
}
