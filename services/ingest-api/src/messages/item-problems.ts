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

const MAX_NAMED_FIELDS = 5;
const MAX_FIELD_NAME_LENGTH = 64;

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
    reason: reasonOf(item, issue),
  }));
}

function reasonOf(item: unknown, issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys
      .slice(0, MAX_NAMED_FIELDS)
      .map((key) => JSON.stringify(key.slice(0, MAX_FIELD_NAME_LENGTH)));
    const more = issue.keys.length - names.length;
    return `has unknown fields: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  }
  if (issue.code === 'invalid_type') {
    const field = issue.path[0];
    if (field === undefined) return 'must be an object with description, country and weather';
    const isMissing = typeof item === 'object' && item !== null && !Object.hasOwn(item, field);
    return isMissing ? 'is required' : `must be a ${issue.expected}`;
  }
  return issue.message;
}
