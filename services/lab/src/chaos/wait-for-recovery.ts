import { setTimeout as sleep } from 'node:timers/promises';

/** Options of {@link waitForRecovery}. */
export interface RecoveryOptions {
  /** Current services. */
  readonly services: () => readonly ObservedService[];
  /** Why work does not flow; undefined when it does. */
  readonly flow: () => Promise<string | undefined>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A service with a readiness check. */
export interface ObservedService {
  readonly name: string;
  readiness(): Promise<{ readonly ready: boolean; readonly detail: string }>;
}

const POLL_MS = 100;

/**
 * Waits until every service is ready and work flows, so that no effect of this fault remains during the next one.
 * @returns how long that took, and the reason when it did not happen in time
 */
export async function waitForRecovery(
  options: RecoveryOptions,
): Promise<{ readonly tookMs: number; readonly problem?: string }> {
  const startedAt = performance.now();
  for (;;) {
    const problem = (await unreadyService(options.services())) ?? (await options.flow());
    const tookMs = performance.now() - startedAt;
    if (problem === undefined) return { tookMs };
    if (tookMs > options.timeoutMs) return { tookMs, problem };
    await sleep(POLL_MS, undefined, { signal: options.signal });
  }
}

async function unreadyService(services: readonly ObservedService[]): Promise<string | undefined> {
  const states = await Promise.all(
    services.map(async (service) => ({ name: service.name, ...(await service.readiness()) })),
  );
  const unready = states.find(({ ready }) => !ready);
  return unready === undefined ? undefined : `${unready.name}: ${unready.detail}`;
}
