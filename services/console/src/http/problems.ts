import { defineProblems } from '@caudal/common/http';

/** Problem types of the console. */
export const PROBLEMS = defineProblems({
  'bad-request': { status: 400, title: 'Bad request' },
  forbidden: { status: 403, title: 'Forbidden' },
  'scale-refused': { status: 502, title: 'Not scaled' },
  'not-enabled': { status: 404, title: 'Not enabled' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'body-too-large': { status: 413, title: 'Body too large' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  'internal-error': { status: 500, title: 'Internal error' },
  'prometheus-unavailable': { status: 503, title: 'Prometheus unavailable' },
  'log-unavailable': { status: 503, title: 'Log unavailable' },
  'too-many-clients': { status: 503, title: 'Too many clients' },
  'lane-unavailable': { status: 503, title: 'Store unavailable' },
});
