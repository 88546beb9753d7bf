import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

const INTERVAL_MS = 100;
/** Below the time limit of a test, so that the test fails with what was seen last and not with its limit. */
const TIMEOUT_MS = 240_000;
const SHOWN_CHARACTERS = 600;

/**
 * Asks again until the answer fits.
 *
 * @param ask may fail, as a server does that is just starting
 * @returns the first answer that fits
 * @throws Error after the timeout, with the last answer and the last error
 */
export async function eventually<T>(
  ask: () => Promise<T> | T,
  fits: (answer: T) => boolean,
  options: { readonly timeoutMs?: number; readonly intervalMs?: number } = {},
): Promise<T> {
  const { timeoutMs = TIMEOUT_MS, intervalMs = INTERVAL_MS } = options;
  const deadline = performance.now() + timeoutMs;
  let last = 'no answer yet';
  let cause: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (fits(answer)) return answer;
      last = `the last answer was ${shorten(inspect(answer, { depth: 4, breakLength: 120 }))}`;
      cause = undefined;
    } catch (error) {
      last = `the last attempt failed: ${shorten(String(error))}`;
      cause = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`nothing fitted within ${Math.round(timeoutMs / 1_000)} s; ${last}`, { cause });
    }
    await sleep(intervalMs);
  }
}

function shorten(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)} …`;
}
