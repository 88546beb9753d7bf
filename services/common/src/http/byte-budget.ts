/** Limits the total memory of all request bodies. */
export interface ByteBudget {
  /** Takes bytes from the budget; returns false and takes nothing when too few are left. */
  take(bytes: number): boolean;
  release(bytes: number): void;
  /** Bytes in use. */
  used(): number;
}

/** Creates a budget of `maxBytes`. */
export function createByteBudget(maxBytes: number): ByteBudget {
  let used = 0;
  return {
    take(bytes) {
      if (used + bytes > maxBytes) return false;
      used += bytes;
      return true;
    },
    release(bytes) {
      used -= bytes;
    },
    used: () => used,
  };
}
