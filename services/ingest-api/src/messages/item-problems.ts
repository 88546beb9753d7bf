import type { z } from 'zod';

/** One thing that is wrong with one message. */
export interface ItemProblem {
  /** The message's place in the request, from 0. */
  readonly index: number;
  /** The field; empty where the message as a whole is meant. */
  readonly field: string;
  readonly reason: string;
}

/** The most single problems an answer lists. */
export const MAX_LISTED_PROBLEMS = 100;

const MAX_NAMED_FIELDS = 5;
const MAX_FIELD_NAME_LENGTH = 64;

/** The members of a problem document that list these, at most {@link MAX_LISTED_PROBLEMS} of them. */
export function listProblems(problems: readonly ItemProblem[]): Readonly<Record<string, unknown>> {
  const errors = problems.slice(0, MAX_LISTED_PROBLEMS);
  const omitted = problems.length - errors.length;
  return { errors, ...(omitted > 0 && { omittedErrors: omitted }) };
}

/** Says for a person what the schema found wrong with an item; bounded, however the item looks. */
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
