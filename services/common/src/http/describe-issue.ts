import type { z } from 'zod';

const MAX_NAMED_FIELDS = 5;
const MAX_FIELD_NAME_LENGTH = 64;

/**
 * Says what is wrong with a field, as the end of a sentence that begins with it; the length is bounded for any input.
 * @param value what the schema was given
 * @param whole for a value that is no object at all: `must be an object with …`
 */
export function describeIssue(value: unknown, issue: z.core.$ZodIssue, whole: string): string {
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys
      .slice(0, MAX_NAMED_FIELDS)
      .map((key) => JSON.stringify(key.slice(0, MAX_FIELD_NAME_LENGTH)));
    const more = issue.keys.length - names.length;
    return `has unknown fields: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  }
  if (issue.code !== 'invalid_type') return issue.message;
  const field = issue.path[0];
  if (field === undefined) return whole;
  const isMissing = typeof value === 'object' && value !== null && !Object.hasOwn(value, field);
  if (isMissing) return 'is required';
  return issue.expected === 'int' || issue.expected === 'number'
    ? 'must be a whole number'
    : `must be a ${issue.expected}`;
}
