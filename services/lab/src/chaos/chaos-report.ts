import { formatCount, markdownTable, textTable } from '../report/text-table.ts';
import { describeEvidence } from './evidence.ts';
import type { ChaosResult } from './run-chaos.ts';

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** Formats faults by kind, their total effect and the verdict for a terminal. */
export function chaosSummary({ signs, verdict }: Pick<ChaosResult<unknown>, 'signs' | 'verdict'>): string {
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
    signs
      .flatMap(({ name, summary }) =>
        summary === undefined ? [] : [`${summary} ${formatCount(total[name] ?? 0)}`],
      )
      .join(', '),
    '',
    ...(verdict.failures.length === 0
      ? ['passed: exact, every fault had an effect, every recovery within 15 s']
      : ['FAILED:', ...verdict.failures.map((line) => `  ${line}`)]),
    '',
  ].join('\n');
}

/** Formats all faults in order, for faults.md. */
export function chaosReport({ signs, outcomes, verdict }: Omit<ChaosResult<unknown>, 'result'>): string {
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
        describeEvidence(signs, evidence),
      ]),
    ]),
    '',
  ].join('\n');
}
