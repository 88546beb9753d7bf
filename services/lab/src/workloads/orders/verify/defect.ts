import { type Finding, type FindingKind, finding } from '@caudal/common/verdict';

/** What can be wrong: the parts of the shop that keep something. */
export type Subject = 'orders' | 'transitions' | 'announcements' | 'mails' | 'answers';

/** One thing that is not as promised. */
export interface Defect {
  readonly kind: FindingKind;
  readonly subject: Subject;
  /** The same for all of its kind: they are counted together. */
  readonly detail: string;
  /** Where: an order, its state. */
  readonly example: string;
}

/** Counts alike defects together. */
export function findingsOf(defects: readonly Defect[]): readonly Finding[] {
  const groups = Map.groupBy(defects, ({ kind, subject, detail }) => `${kind} ${subject} ${detail}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return [
      finding(first.kind, first.subject, first.detail, { examples: group.map(({ example }) => example) }),
    ];
  });
}
