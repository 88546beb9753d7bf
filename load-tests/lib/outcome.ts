/**
 * What is known of a request's messages once no further attempt will be made.
 * - `accepted`: answered 202, so all of them will be stored.
 * - `refused`: answered so that none of them can have been published.
 * - `unknown`: no answer that says; any of them may have been published.
 */
export type Outcome = 'accepted' | 'refused' | 'unknown';

/** What one answer means. `retryable` ones were possibly overtaken by events; the others are final. */
export type AnswerMeaning =
  | { kind: 'accepted' }
  | { kind: 'refused'; retryable: boolean }
  | { kind: 'unknown'; retryable: boolean };

/** Overload, a broker or a pod away, an ingress without a pod behind it: a later attempt may succeed. */
const retryableStatuses: readonly number[] = [0, 408, 429, 502, 503, 504];

/**
 * Reads an answer.
 *
 * @param status HTTP status; 0 stands for no answer (time-out, reset, connection refused)
 */
export function readAnswer(status: number): AnswerMeaning {
  if (status === 202) return { kind: 'accepted' };
  const retryable = retryableStatuses.includes(status);
  // A time-out (0, 408) or 5xx may come after one broker, or both, already have the message. Other answers
  // (a redirect is not followed) are given before anything is published. 2xx other than 202 promises nothing.
  const beforePublishing = status >= 300 && status < 500 && status !== 408;
  return { kind: beforePublishing ? 'refused' : 'unknown', retryable };
}

/**
 * Sums up the attempts of one request, none of which was accepted. One doubtful attempt is enough to leave
 * the whole in doubt, whatever was answered to the others.
 */
export function outcomeWithoutAcceptance(anyUnknown: boolean): Outcome {
  return anyUnknown ? 'unknown' : 'refused';
}
