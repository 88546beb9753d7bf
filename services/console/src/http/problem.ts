/** Problem types of the console. */
const PROBLEMS = {
  'bad-request': { status: 400, title: 'Bad request' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'body-too-large': { status: 413, title: 'Body too large' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  'internal-error': { status: 500, title: 'Internal error' },
  'lane-unavailable': { status: 503, title: 'Store unavailable' },
} as const;

/** The last part of a problem's `type`. */
export type ProblemName = keyof typeof PROBLEMS;

/** Ends a request with a problem document (RFC 9457). `detail` says how to fix the request. */
export class ProblemError extends Error {
  readonly problem: ProblemName;
  readonly status: number;
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    problem: ProblemName,
    detail: string,
    options: {
      readonly members?: Readonly<Record<string, unknown>>;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(detail);
    this.name = 'ProblemError';
    this.problem = problem;
    this.status = PROBLEMS[problem].status;
    this.members = options.members ?? {};
    this.headers = options.headers ?? {};
  }

  /** Builds the problem document. */
  toDocument(): Readonly<Record<string, unknown>> {
    return {
      type: `urn:problem-type:caudal:${this.problem}`,
      title: PROBLEMS[this.problem].title,
      status: this.status,
      detail: this.message,
      ...this.members,
    };
  }
}
