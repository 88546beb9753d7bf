/** A handler that shows no sign of life for this long loses its membership, so that another consumer reads its partitions. */
const MAX_SILENCE_MS = 60_000;

/** Keeps a consumer in its group while a handler works. */
export interface Membership {
  /** A sign of life from the handler; rejects if the group has removed this consumer. */
  confirm(): Promise<void>;
  /** Error of a failed heartbeat; undefined if none has failed. */
  error(): unknown;
  end(): void;
}

/**
 * Sends heartbeats while a handler works, also during one long call, so that a silent store does not cost the consumer its
 * membership. After a failed heartbeat it sends no more, and `confirm` reports the failure to the handler.
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
