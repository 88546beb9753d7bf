/** Problem types of this service, each with its status and constant title. */
const PROBLEMS = {
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
  'request-timeout': { status: 408, title: 'Request timeout' },
  'body-too-large': { status: 413, title: 'Body too large' },
  'message-too-large': { status: 413, title: 'Message too large for a broker; nothing was published' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  'idempotency-key-reused': { status: 422, title: 'Idempotency-Key reused for another request' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'Headers too large' },
  'internal-error': { status: 500, title: 'Internal error' },
  'broker-refused': { status: 502, title: 'Broker rejected a message permanently' },
  overloaded: { status: 503, title: 'Overloaded; nothing was published' },
  'broker-unavailable': { status: 503, title: 'Broker unavailable; nothing was published' },
  unconfirmed: { status: 503, title: 'Not confirmed in time; the outcome is unknown' },
} as const;

/** The last part of a problem's `type`. */
export type ProblemName = keyof typeof PROBLEMS;

/** Optional parts of a problem. */
export interface ProblemOptions {
  /** Value of `Retry-After`, seconds. */
  readonly retryAfterSeconds?: number;
  /** Additional response headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Additional members of the problem document. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** For the log only, not for the client. */
  readonly reasons?: readonly string[];
}

/** Ends a request with a problem document (RFC 9457). `detail` says how to fix the request. */
export class ProblemError extends Error {
  readonly problem: ProblemName;
  readonly status: number;
  readonly options: ProblemOptions;

  constructor(problem: ProblemName, detail: string, options: ProblemOptions = {}) {
    super(detail);
    this.name = 'ProblemError';
    this.problem = problem;
    this.status = PROBLEMS[problem].status;
    this.options = options;
  }

  /** The problem document as JSON. */
  toDocument(): string {
    return JSON.stringify({
      type: `urn:problem-type:caudal:${this.problem}`,
      title: PROBLEMS[this.problem].title,
      status: this.status,
      detail: this.message,
      ...this.options.members,
    });
  }
}

/** The client disconnected before its request was complete; no answer is possible. */
export class ClientGoneError extends Error {
  constructor() {
    super('client closed the connection before its request was complete');
    this.name = 'ClientGoneError';
  }
}
