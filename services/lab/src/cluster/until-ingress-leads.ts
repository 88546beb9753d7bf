import { waitUntil } from '../../../../tools/lib/wait-until.ts';
import { ExpectedError } from '../cli/run-command-line.ts';
import type { Fetch } from '../load/fetch.ts';

/** Path that every service with an API answers with 200. */
const DESCRIPTION = '/openapi.json';
const TIMEOUT_MS = 60_000;

/**
 * Waits until the ingress leads to the service behind it: its controller learns of a new release, or is up itself, a moment after the pods
 * are ready.
 *
 * @param url of the ingress from this machine
 * @throws ExpectedError when it does not within a minute
 */
export async function untilIngressLeads(
  url: string,
  options: { readonly signal: AbortSignal; readonly fetch?: Fetch; readonly timeoutMs?: number },
): Promise<void> {
  const { signal, fetch: get = fetch, timeoutMs = TIMEOUT_MS } = options;
  let last = 'no answer';
  const leads = async (): Promise<boolean> => {
    try {
      const response = await get(`${url}${DESCRIPTION}`, { signal: AbortSignal.timeout(3_000) });
      await response.body?.cancel();
      last = `status ${response.status}`;
      return response.ok;
    } catch (error) {
      last = String(error);
      return false;
    }
  };
  if (await waitUntil(leads, { timeoutMs, everyMs: 250, signal })) return;
  throw new ExpectedError(
    `the ingress does not lead to the release: ${url}${DESCRIPTION} gave ${last}; see its controller's log`,
  );
}
