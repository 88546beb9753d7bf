import { formatCount, markdownTable, textTable } from '../report/text-table.ts';
import { describeEvidence } from './evidence.ts';
import type { ChaosResult } from './run-chaos.ts';

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** Formats faults by kind, their total effect and the verdict for a terminal. */
export function chaosSummary({ verdict }: ChaosResult): string {
  const { total } = verdict;
  return [
    textTable([
      ['fault', 'times', 'with effect', 'slowest recovery'],
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
      ? ['passed: exact, every fault had an effect, every recovery within 15 s']
      : ['FAILED:', ...verdict.failures.map((line) => `  ${line}`)]),
    '',
  ].join('\n');
}

/** Formats all faults in order, for faults.md. */
export function chaosReport({ outcomes, verdict }: ChaosResult): string {
  return [
    '# Faults',
    '',
    ...(verdict.failures.length === 0
      ? ['Passed: exact, and every fault had an effect.']
      : verdict.failures.map((line) => `- ${line}`)),
    '',
    markdownTable([
      ['fault', 'at', 'recovered in', 'effect'],
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
