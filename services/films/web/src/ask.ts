import type { DirectorsAnswer, FilmsAnswer } from '../../src/page/questions.ts';
import type { Refusal } from '../../src/page/render/failure.ts';
import type { AnswerFacts } from '../../src/page/render/foot.ts';
import type { Found } from '../../src/page/render/results.ts';
import { queryFrom } from './model/parameters.ts';

/** What became of a search. */
export type Outcome =
  | { readonly kind: 'found'; readonly found: Found; readonly facts: AnswerFacts }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Longest wait for an answer, ms: the API itself answers in one second, or refuses. */
const LIMIT_MS = 10_000;
/** Most directors beside the films of a search. */
const MOST_DIRECTORS = '6';

/** Asks the API for films, and for directors of that name. @param root path that the API is below */
export async function askFor(
  root: string,
  parameters: URLSearchParams,
  signal: AbortSignal,
): Promise<Outcome> {
  const query = queryFrom(parameters);
  const isContinued = parameters.has('cursor');
  const startedAt = performance.now();
  const [films, directors] = await Promise.all([
    getJson<FilmsAnswer>(`${root}films?${parameters}`, signal),
    query.q.trim() === '' || isContinued
      ? undefined
      : getJson<DirectorsAnswer>(
          `${root}directors?${new URLSearchParams({ q: query.q, limit: MOST_DIRECTORS })}`,
          signal,
        ),
  ]);
  if (films.kind === 'refused') return films;
  return {
    kind: 'found',
    found: {
      query,
      films: films.body,
      directors: directors?.kind === 'answered' ? directors.body : undefined,
      isContinued,
    },
    facts: {
      answeredBy: films.answeredBy,
      tookMs: films.endedAt - startedAt,
      version: films.body.version,
    },
  };
}

type Answer<Body> =
  | { readonly kind: 'answered'; readonly body: Body; readonly answeredBy: string; readonly endedAt: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

async function getJson<Body>(url: string, signal: AbortSignal): Promise<Answer<Body>> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]) });
    const body: unknown = await response.json();
    if (!response.ok)
      return { kind: 'refused', refusal: { status: response.status, detail: detailOf(body) } };
    return {
      kind: 'answered',
      body: body as Body,
      answeredBy: response.headers.get('Caudal-Answered-By') ?? 'the service',
      endedAt: performance.now(),
    };
  } catch (error) {
    if (signal.aborted) throw error;
    // No connection, no answer in time, or something between that answers in HTML.
    return { kind: 'refused', refusal: { status: 0, detail: '' } };
  }
}

function detailOf(problem: unknown): string {
  const isProblem = typeof problem === 'object' && problem !== null && 'detail' in problem;
  return isProblem ? String(problem.detail) : '';
}
