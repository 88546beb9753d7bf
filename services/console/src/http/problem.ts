/** Every problem the console answers with. */
const PROBLEMS = {
  'bad-request': { status: 400, title: 'The request is not as it should be' },
  'not-found': { status: 404, title: 'There is nothing at this path' },
  'method-not-allowed': { status: 405, title: 'The path does not take this method' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is of a type that is not taken' },
  'internal-error': { status: 500, title: 'Something is wrong inside' },
  'lane-unavailable': { status: 503, title: 'A store does not answer at the moment' },
} as const;

/** The last part of a problem's `type`. */
export type ProblemName = keyof typeof PROBLEMS;

/** Ends a request with a problem document (RFC 9457). `detail` is for a person and says how to put it right. */
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

  /** The problem document. */
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
