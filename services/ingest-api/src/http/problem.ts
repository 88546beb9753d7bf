/** Every problem this service answers with: its status and the title, which never changes. */
const PROBLEMS = {
  'bad-request': { status: 400, title: 'The request is not HTTP as it should be' },
  'not-utf-8': { status: 400, title: 'The body is not UTF-8' },
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'no-messages': { status: 400, title: 'The request holds no message' },
  'too-many-messages': { status: 400, title: 'The request holds too many messages' },
  'invalid-messages': { status: 400, title: 'Messages are not valid; none was accepted' },
  'invalid-idempotency-key': { status: 400, title: 'The Idempotency-Key is not usable' },
  unauthorized: { status: 401, title: 'An API key is needed' },
  'not-found': { status: 404, title: 'There is nothing at this path' },
  'method-not-allowed': { status: 405, title: 'The path does not take this method' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'message-too-large': { status: 413, title: 'A message is too large for a broker; nothing was published' },
  'unsupported-media-type': { status: 415, title: 'The body is of a type that is not taken' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key belongs to another request' },
  'too-many-requests': { status: 429, title: 'Too many requests from this caller' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'internal-error': { status: 500, title: 'Something is wrong inside' },
  'broker-refused': { status: 502, title: 'A broker refused a message for good' },
  overloaded: { status: 503, title: 'Too much to do at the moment; nothing was published' },
  'broker-unavailable': { status: 503, title: 'A broker is not available; nothing was published' },
  unconfirmed: { status: 503, title: 'Not confirmed in time; the outcome is unknown' },
} as const;

/** The last part of a problem's `type`. */
export type ProblemName = keyof typeof PROBLEMS;

/** What a problem may add to its name. */
export interface ProblemOptions {
  /** Answered as `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** More headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** More members of the problem document. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** For the log alone, not for the client. */
  readonly reasons?: readonly string[];
}

/** Ends a request with a problem document (RFC 9457). `detail` is for a person and says how to put it right. */
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

/** The client went away before its request was complete; there is nobody to answer. */
export class ClientGoneError extends Error {
  constructor() {
    super('the client closed the connection before its request was complete');
    this.name = 'ClientGoneError';
  }
}
