/**
 * What is known of a request's messages once no further attempt will be made.
 * - `accepted`: answered 202, so all of them will be stored.
 * - `refused`: answered for what the request itself is, so that none of them was ever published.
 * - `unknown`: no answer that says; any of them may have been published.
 */
export type Outcome = 'accepted' | 'refused' | 'unknown';

/** What one answer means. A later attempt may succeed after a retryable one; the others are final. */
export type AnswerMeaning = { outcome: Outcome; retryable: boolean };

/** No answer, overload, a broker or a pod away, an ingress without a pod behind it. */
const passingStatuses: readonly number[] = [0, 408, 429, 502, 503, 504];

/**
 * Reads an answer.
 *
 * A 429 publishes nothing, and yet leaves the messages unknown: k6's HTTP client repeats a keyed request unseen
 * when a kept-alive connection breaks, so the 429 may be the answer to a second copy of a published first one.
 * A 400, 413 and their like would have met every copy.
 *
 * @param status HTTP status; 0 stands for no answer (time-out, reset, connection refused)
 */
export function readAnswer(status: number): AnswerMeaning {
  if (status === 202) return { outcome: 'accepted', retryable: false };
  if (passingStatuses.includes(status)) return { outcome: 'unknown', retryable: true };
  return { outcome: status >= 300 && status < 500 ? 'refused' : 'unknown', retryable: false };
}

/**
 * Sums up the attempts of one request, none of which was accepted. One doubtful attempt is enough to leave
 * the whole in doubt, whatever was answered to the others.
 */
export function outcomeWithoutAcceptance(anyUnknown: boolean): Outcome {
  return anyUnknown ? 'unknown' : 'refused';
}
