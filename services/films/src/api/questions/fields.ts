import { describeIssue, ProblemError } from '@caudal/common/http';
import { z } from 'zod';
import { PROBLEMS } from '../problems.ts';

/** Most code points of a query. */
export const MAX_QUERY_LENGTH = 200;
/** Most entries of a page. */
export const MAX_LIMIT = 100;
export const DEFAULT_LIMIT = 20;
/** Most parts that a question is cut into. */
export const MAX_PARTS = 4;
/** Years that films can be of. */
export const YEARS = { first: 1_800, last: 2_200 } as const;
const MAX_INTEGER = 2_147_483_647;
const MAX_NAME_LENGTH = 64;

const wholeNumber = (from: number, to: number) => {
  const reason = `must be a whole number from ${from} to ${to}`;
  return z
    .string()
    .regex(/^\d{1,10}$/, reason)
    .transform(Number)
    .pipe(z.int(reason).min(from, reason).max(to, reason));
};

/** Number of code points, which is what a person counts. */
export const lengthOf = (text: string): number => [...text].length;

/** A text of a person. */
export const query = z
  .string()
  .refine(
    (text) => lengthOf(text) <= MAX_QUERY_LENGTH,
    `must have at most ${MAX_QUERY_LENGTH} characters: leave words out`,
  )
  .default('');
export const year = wholeNumber(YEARS.first, YEARS.last).optional();
export const mode = z.enum(['search', 'contains'], 'must be search or contains').default('search');
export const parallel = wholeNumber(1, MAX_PARTS).optional();
export const limit = wholeNumber(1, MAX_LIMIT).default(DEFAULT_LIMIT);
/** Version of the films. */
export const at = wholeNumber(1, MAX_INTEGER).optional();
export const cursor = z.string().min(1, 'must be the one of "next" of the page before').optional();

/** What is wrong with one field of a request. */
interface FieldProblem {
  readonly field: string;
  /** The end of a sentence that begins with the field. */
  readonly reason: string;
}

/** A problem that lists fields in its member `errors`. */
export function invalidQuery(errors: readonly FieldProblem[]): ProblemError {
  const [first] = errors;
  const detail =
    errors.length === 1 && first
      ? `${first.field || 'The query'} ${first.reason}.`
      : `Fix the ${errors.length} problems listed in "errors".`;
  return new ProblemError(PROBLEMS['invalid-query'], detail, { members: { errors } });
}

/**
 * Reads the parameters of a query.
 * @throws ProblemError that names each field and how to put it right
 */
export function readFields<Schema extends z.ZodType>(
  schema: Schema,
  parameters: URLSearchParams,
): z.output<Schema> {
  const repeated = new Set(
    Array.from(parameters.keys()).filter((name) => parameters.getAll(name).length > 1),
  );
  if (repeated.size > 0)
    throw invalidQuery(
      Array.from(repeated, (name) => ({
        field: name.slice(0, MAX_NAME_LENGTH),
        reason: 'must not be sent twice',
      })).slice(0, 5),
    );
  const given = Object.fromEntries(parameters);
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  throw invalidQuery(
    read.error.issues.map((issue) => ({
      field: issue.path.map(String).join('.'),
      reason: describeIssue(given, issue, 'must be parameters'),
    })),
  );
}
