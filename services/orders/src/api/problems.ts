import { defineProblems } from '@caudal/common/http';

/** Problem types of the orders API. */
export const PROBLEMS = defineProblems({
  'bad-request': { status: 400, title: 'Malformed HTTP request' },
  'not-utf-8': { status: 400, title: 'Body is not UTF-8' },
  'malformed-json': { status: 400, title: 'Malformed JSON' },
  'invalid-order': { status: 400, title: 'Invalid order; it was not accepted' },
  'invalid-query': { status: 400, title: 'Invalid query' },
  'invalid-idempotency-key': { status: 400, title: 'Invalid Idempotency-Key' },
  unauthorized: { status: 401, title: 'API key required' },
  'not-found': { status: 404, title: 'Not found' },
  'no-such-order': { status: 404, title: 'No such order' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'too-late-to-cancel': { status: 409, title: 'The order can no longer be cancelled' },
  'body-too-large': { status: 413, title: 'Body too large' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  'idempotency-key-reused': { status: 422, title: 'Idempotency-Key reused for another order' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'internal-error': { status: 500, title: 'Internal error' },
  'broker-refused': { status: 502, title: 'Broker rejected the order permanently' },
  overloaded: { status: 503, title: 'Overloaded; nothing was ordered' },
  'broker-unavailable': { status: 503, title: 'Broker unavailable; nothing was ordered' },
  unconfirmed: { status: 503, title: 'Not confirmed in time; the outcome is unknown' },
  'status-unavailable': { status: 503, title: 'The status of orders cannot be read' },
  'not-taken-in': { status: 503, title: 'The order is not taken in yet' },
  'too-many-clients': { status: 503, title: 'Too many clients watch orders' },
});
