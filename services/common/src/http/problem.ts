/** A kind of problem: the last part of its `type`, its HTTP status and its constant title. */
export interface ProblemType {
  readonly name: string;
  readonly status: number;
  readonly title: string;
}

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

/** Lists the problems of a service by name. */
export function defineProblems<Name extends string>(
  problems: Readonly<Record<Name, { readonly status: number; readonly title: string }>>,
): Readonly<Record<Name, ProblemType>> {
  const entries = Object.entries<Omit<ProblemType, 'name'>>(problems);
  return Object.fromEntries(entries.map(([name, type]) => [name, { name, ...type }])) as Record<
    Name,
    ProblemType
  >;
}

/** Ends a request with a problem document (RFC 9457). `detail` says how to fix the request. */
export class ProblemError extends Error {
  readonly problem: string;
  readonly status: number;
  readonly title: string;
  readonly options: ProblemOptions;

  constructor(type: ProblemType, detail: string, options: ProblemOptions = {}) {
    super(detail);
    this.name = 'ProblemError';
    this.problem = type.name;
    this.status = type.status;
    this.title = type.title;
    this.options = options;
  }

  /** Headers of the response besides those of its body. */
  get headers(): Readonly<Record<string, string>> {
    const { retryAfterSeconds, headers } = this.options;
    return {
      ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
      ...headers,
    };
  }

  /** The problem document as JSON. */
  toDocument(): string {
    return JSON.stringify({
      type: `urn:problem-type:caudal:${this.problem}`,
      title: this.title,
      status: this.status,
      detail: this.message,
      ...this.options.members,
    });
  }
}
