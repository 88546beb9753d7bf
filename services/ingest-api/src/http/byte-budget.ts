/** Bounds the memory that the bodies of all requests may take together. */
export interface ByteBudget {
  /** Takes bytes from the budget; false, and nothing taken, when there is not enough left. */
  take(bytes: number): boolean;
  release(bytes: number): void;
  /** Bytes taken at the moment. */
  used(): number;
}

/** A budget of `maxBytes`. */
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
