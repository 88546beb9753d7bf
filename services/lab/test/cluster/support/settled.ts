const INTERVAL_MS = 250;

/**
 * Asks until the answer fits, but not for longer than this many milliseconds.
 * @returns the last answer, for an assertion that can say what is wrong with it
 */
export async function settled<T>(
  ask: () => Promise<T>,
  fits: (answer: T) => boolean,
  timeoutMs = 90_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (fits(answer) || Date.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
}
