import { ProblemError, type ProblemType } from '@caudal/common/http';
import type { z } from 'zod';

/** What is wrong with one field of a request. */
export interface FieldProblem {
  /** Empty when the problem concerns the whole request. */
  readonly field: string;
  /** The end of a sentence that begins with the field. */
  readonly reason: string;
}

const MAX_NAMED_FIELDS = 5;
const MAX_FIELD_NAME_LENGTH = 64;

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
  return issues.map((issue) => ({ field: issue.path.map(String).join('.'), reason: reasonOf(value, issue) }));
}

function reasonOf(value: unknown, issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys
      .slice(0, MAX_NAMED_FIELDS)
      .map((key) => JSON.stringify(key.slice(0, MAX_FIELD_NAME_LENGTH)));
    const more = issue.keys.length - names.length;
    return `has unknown fields: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  }
  if (issue.code !== 'invalid_type') return issue.message;
  const field = issue.path[0];
  if (field === undefined) return 'must be one JSON object with row or gameId, and email';
  const isMissing = typeof value === 'object' && value !== null && !Object.hasOwn(value, field);
  if (isMissing) return 'is required';
  return issue.expected === 'int' || issue.expected === 'number'
    ? 'must be a whole number'
    : `must be a ${issue.expected}`;
}
