const INTERVAL_MS = 250;

/**
 * Asks until the answer fits, but not for longer than this many milliseconds.
 * @param ask may fail, as what is just starting or ending does
 * @returns the last answer, for an assertion that can say what is wrong with it
 * @throws what the last attempt failed with
 */
export async function settled<T>(
  ask: () => Promise<T>,
  fits: (answer: T) => boolean,
  timeoutMs = 90_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const isLast = Date.now() > deadline;
    try {
      const answer = await ask();
      if (isLast || fits(answer)) return answer;
    } catch (error) {
      if (isLast) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
}
