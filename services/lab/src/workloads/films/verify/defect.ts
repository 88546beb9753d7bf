import { type Finding, type FindingKind, finding } from '@caudal/common/verdict';

/** What can be wrong: a request without an answer, what an answer has, the version it is from, a page of a search, the load of replicas. */
export type Subject = 'requests' | 'films' | 'directors' | 'versions' | 'pages' | 'replicas';

/** One thing that is not as promised. */
export interface Defect {
  readonly kind: FindingKind;
  readonly subject: Subject;
  /** The same for all of its kind: they are counted together. */
  readonly detail: string;
  /** The question, what was expected and what came. */
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
