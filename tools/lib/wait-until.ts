import { setTimeout as delay } from 'node:timers/promises';

/**
 * Polls a condition until it holds.
 *
 * @param condition may be costly or fail; checked again `everyMs` after the last result
 * @returns whether it held within `timeoutMs`
 */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  options: {
    readonly timeoutMs: number;
    readonly everyMs?: number;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<boolean> {
  const { timeoutMs, everyMs = 50, signal } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    if (await condition()) return true;
    if (performance.now() >= deadline) return false;
    await delay(everyMs, undefined, signal === undefined ? {} : { signal });
  }
}
