/** A handler that shows no sign of life for longer is left by the group: its partitions are read elsewhere. */
const MAX_SILENCE_MS = 60_000;

/** Keeps a consumer in its group while a handler works. */
export interface Membership {
  /** A sign of life: rejects when the group has gone on without this consumer. */
  confirm(): Promise<void>;
  /** What a heartbeat failed with; undefined while none did. */
  error(): unknown;
  end(): void;
}

/**
 * Sends heartbeats while a handler works, also while it waits for one long call, so that a silent store does not cost
 * the consumer its membership. After a heartbeat that failed there are no more: the handler hears of it by `confirm`.
 */
export function keepMembership(heartbeat: () => Promise<void>, intervalMs: number): Membership {
  let error: unknown;
  let aliveAt = performance.now();
  const beat = async () => {
    try {
      await heartbeat();
    } catch (cause) {
      error ??= cause;
    }
  };
  const timer = setInterval(() => {
    if (error === undefined && performance.now() - aliveAt < MAX_SILENCE_MS) void beat();
  }, intervalMs);
  return {
    async confirm() {
      aliveAt = performance.now();
      if (error === undefined) await beat();
      if (error !== undefined) throw error;
    },
    error: () => error,
    end: () => clearInterval(timer),
  };
}
