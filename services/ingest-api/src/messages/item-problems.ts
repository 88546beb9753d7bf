import { describeIssue } from '@caudal/common/http';
import type { z } from 'zod';

/** A problem of one message. */
export interface ItemProblem {
  /** Index of the message in the request, from 0. */
  readonly index: number;
  /** Field name; empty for the whole message. */
  readonly field: string;
  readonly reason: string;
}

/** Maximum problems listed in a response. */
export const MAX_LISTED_PROBLEMS = 100;

const WHOLE = 'must be an object with description, country and weather';

/** Builds the members of a problem document that list at most {@link MAX_LISTED_PROBLEMS} problems. */
export function listProblems(problems: readonly ItemProblem[]): Readonly<Record<string, unknown>> {
  const errors = problems.slice(0, MAX_LISTED_PROBLEMS);
  const omitted = problems.length - errors.length;
  return { errors, ...(omitted > 0 && { omittedErrors: omitted }) };
}

/** Describes a schema error of an item; the length is bounded for any input. */
export function itemProblems(
  index: number,
  item: unknown,
  issues: readonly z.core.$ZodIssue[],
): readonly ItemProblem[] {
  return issues.map((issue) => ({
    index,
    field: issue.path.map(String).join('.'),
    reason: describeIssue(item, issue, WHOLE),
  }));
}
