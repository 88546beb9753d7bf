import { type Failure, failureOf, NO_ANSWER } from '../model/problem.ts';

/** An answer with what was asked for, or why there is none. */
export type Answer<T> =
  | { readonly isOk: true; readonly status: number; readonly body: T; readonly headers: Headers }
  | { readonly isOk: false; readonly failure: Failure };

/** Address of a path of the API. Relative, so that the page also works below a path of an ingress. */
export function api(path: string): URL {
  return new URL(path, document.baseURI);
}

/**
 * Asks the API.
 * @param shown fields that the page shows a text at
 * @throws AbortError when the signal of the request was aborted
 */
export async function ask<T>(
  url: URL,
  init: RequestInit = {},
  shown: readonly string[] = [],
): Promise<Answer<T>> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(url, init);
    // What is not JSON comes from something before the API.
    body = await response.json().catch(() => undefined);
  } catch {
    init.signal?.throwIfAborted();
    return { isOk: false, failure: NO_ANSWER };
  }
  init.signal?.throwIfAborted();
  const { ok: isOk, status, headers } = response;
  if (isOk && body !== undefined) return { isOk, status, body: body as T, headers };
  return { isOk: false, failure: failureOf(status, body, shown) };
}
