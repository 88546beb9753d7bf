import { inspect } from 'node:util';
import { waitUntil } from './wait-until.ts';

/** Below the time limit of a test, so that the test fails with what was seen last and not with its limit. */
const TIMEOUT_MS = 240_000;
const SHOWN_CHARACTERS = 600;

/** Limits of {@link eventually}, and how it fails. */
export interface EventuallyOptions {
  /** Completes "timed out after N s waiting for …". Default: an answer that fits. */
  readonly what?: string;
  /** Default: 240 s. */
  readonly timeoutMs?: number;
  /** Time between an answer and the next question, ms. Default: 50. */
  readonly everyMs?: number;
  /**
   * Whether to ask again after an error, as of a server that is just starting. Default: false, the first error is thrown
   * as it is.
   */
  readonly pastErrors?: boolean;
}

/**
 * Asks again until the answer fits.
 *
 * @returns the first answer that fits
 * @throws Error after the timeout, with the last answer or the last error, which is its cause too
 */
export async function eventually<T>(
  ask: () => Promise<T> | T,
  fits: (answer: T) => boolean,
  options: EventuallyOptions = {},
): Promise<T> {
  const { what = 'an answer that fits', timeoutMs = TIMEOUT_MS, everyMs = 50, pastErrors = false } = options;
  const seen: { answer?: T; error?: unknown; text: string } = { text: 'no answer yet' };
  const askOnce = async (): Promise<boolean> => {
    try {
      seen.answer = await ask();
    } catch (error) {
      if (!pastErrors) throw error;
      seen.error = error;
      seen.text = `the last attempt failed: ${shorten(String(error))}`;
      return false;
    }
    seen.error = undefined;
    if (fits(seen.answer)) return true;
    seen.text = `the last answer was ${shorten(inspect(seen.answer, { depth: 4, breakLength: 120 }))}`;
    return false;
  };
  if (await waitUntil(askOnce, { timeoutMs, everyMs })) return seen.answer as T;
  const seconds = Math.round(timeoutMs / 1_000);
  throw new Error(`timed out after ${seconds} s waiting for ${what}; ${seen.text}`, { cause: seen.error });
}

function shorten(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)} …`;
}
