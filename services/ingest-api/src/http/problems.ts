import { defineProblems } from '@caudal/common/http';

/** Problem types of this service. */
export const PROBLEMS = defineProblems({
  'bad-request': { status: 400, title: 'Malformed HTTP request' },
  'not-utf-8': { status: 400, title: 'Body is not UTF-8' },
  'malformed-json': { status: 400, title: 'Malformed JSON' },
  'no-messages': { status: 400, title: 'No messages in the request' },
  'too-many-messages': { status: 400, title: 'Too many messages in the request' },
  'invalid-messages': { status: 400, title: 'Invalid messages; none was accepted' },
  'invalid-idempotency-key': { status: 400, title: 'Invalid Idempotency-Key' },
  unauthorized: { status: 401, title: 'API key required' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'body-too-large': { status: 413, title: 'Body too large' },
  'message-too-large': { status: 413, title: 'Message too large for a broker; nothing was published' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  'idempotency-key-reused': { status: 422, title: 'Idempotency-Key reused for another request' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'internal-error': { status: 500, title: 'Internal error' },
  'broker-refused': { status: 502, title: 'Broker rejected a message permanently' },
  overloaded: { status: 503, title: 'Overloaded; nothing was published' },
  'broker-unavailable': { status: 503, title: 'Broker unavailable; nothing was published' },
  unconfirmed: { status: 503, title: 'Not confirmed in time; the outcome is unknown' },
});
