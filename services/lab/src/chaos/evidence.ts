import type { Expected, Sign } from './chaos-workload.ts';

/** Effect of a fault as observed: a count by sign. */
export type Evidence = Readonly<Record<string, number>>;

/** Evidence since `before`. */
export function evidenceSince(before: Evidence, after: Evidence): Evidence {
  return Object.fromEntries(
    Object.entries(after).map(([name, count]) => [name, Math.max(0, count - (before[name] ?? 0))]),
  );
}

/** Whether the evidence shows the expected effect. */
export function isFelt(expected: Expected, evidence: Evidence): boolean {
  return expected.every((group) => group.some((name) => (evidence[name] ?? 0) > 0));
}

/** `late 120, redelivered 33` */
export function describeEvidence(signs: readonly Sign[], evidence: Evidence): string {
  const shown = signs.flatMap(({ name, label }) => {
    const count = evidence[name] ?? 0;
    return count > 0 ? [`${label} ${count}`] : [];
  });
  return shown.length === 0 ? 'no effect' : shown.join(', ');
}
