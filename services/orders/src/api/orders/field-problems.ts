import { describeIssue, ProblemError, type ProblemType } from '@caudal/common/http';
import type { z } from 'zod';

/** What is wrong with one field of a request. */
export interface FieldProblem {
  /** Empty when the problem concerns the whole request. */
  readonly field: string;
  /** The end of a sentence that begins with the field. */
  readonly reason: string;
}

const WHOLE = 'must be one JSON object with row or gameId, and email';

/**
 * A problem that lists fields in its member `errors`.
 * @param consequence a sentence about what was not done; none by default
 */
export function fieldsProblem(
  type: ProblemType,
  errors: readonly FieldProblem[],
  consequence?: string,
): ProblemError {
  const [first] = errors;
  const sentence =
    errors.length === 1 && first
      ? `${first.field || 'The request'} ${first.reason}.`
      : `Fix the ${errors.length} problems listed in "errors".`;
  const detail = consequence === undefined ? sentence : `${sentence} ${consequence}`;
  return new ProblemError(type, detail, { members: { errors } });
}

/** Describes the errors of a schema; their length is bounded for any input. */
export function problemsOf(value: unknown, issues: readonly z.core.$ZodIssue[]): readonly FieldProblem[] {
  return issues.map((issue) => ({
    field: issue.path.map(String).join('.'),
    reason: describeIssue(value, issue, WHOLE),
  }));
}
