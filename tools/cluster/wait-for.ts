/**
 * Polls a condition until it returns something other than undefined.
 *
 * @param what completes "timed out after N s waiting for …"
 * @throws Error after the timeout, with the last error that the condition threw.
 */
export async function waitFor<Answer>(
  what: string,
  condition: () => Promise<Answer | undefined>,
  options: { readonly timeoutMs: number; readonly intervalMs?: number },
): Promise<Answer> {
  const deadlineMs = performance.now() + options.timeoutMs;
  let last: unknown;
  for (;;) {
    const answer = await condition().catch((error: unknown) => {
      last = error;
      return undefined;
    });
    if (answer !== undefined) return answer;
    if (performance.now() > deadlineMs) {
      const reason = last instanceof Error ? ` (${last.message})` : '';
      throw new Error(
        `timed out after ${Math.round(options.timeoutMs / 1_000)} s waiting for ${what}${reason}`,
        {
          cause: last,
        },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, options.intervalMs ?? 100));
  }
}
