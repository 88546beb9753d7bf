import { defineProblems } from './problem.ts';

/** Problems that every API has; a service adds its own: `defineProblems({ ...COMMON_PROBLEMS, … })`. */
export const COMMON_PROBLEMS = {
  'bad-request': { status: 400, title: 'Malformed HTTP request' },
  'not-utf-8': { status: 400, title: 'Body is not UTF-8' },
  'malformed-json': { status: 400, title: 'Malformed JSON' },
  'invalid-idempotency-key': { status: 400, title: 'Invalid Idempotency-Key' },
  unauthorized: { status: 401, title: 'API key required' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'body-too-large': { status: 413, title: 'Body too large' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  'idempotency-key-reused': { status: 422, title: 'Idempotency-Key reused for another request' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'internal-error': { status: 500, title: 'Internal error' },
} as const;

/** The same, for what all APIs share. */
export const PROBLEMS = defineProblems(COMMON_PROBLEMS);
