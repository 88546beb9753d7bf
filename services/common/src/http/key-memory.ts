import { ProblemError } from './problem.ts';
import { PROBLEMS } from './problems.ts';

/** Detects an Idempotency-Key reused for another request. */
export interface KeyMemory {
  /**
   * Remembers the scope accepted under a caller's key: the same for the same request, another one for another.
   * @throws ProblemError `idempotency-key-reused` when it was another scope.
   */
  remember(caller: string, key: string, scope: string): void;
}

/** Settings of {@link createKeyMemory}. */
export interface KeyMemoryOptions {
  readonly maxKeys: number;
  /** Says in the problem what the key was used for, what has not happened, and the fix. */
  readonly refusal: string;
}

/**
 * Remembers the latest `maxKeys` keys of this process. Another request under a used key has an identity of its own and would
 * be accepted, but this is rarely intended. A client that reuses keys by mistake gets an error if its requests reach the
 * same process: best effort, not a guarantee.
 */
export function createKeyMemory({ maxKeys, refusal }: KeyMemoryOptions): KeyMemory {
  const scopes = new Map<string, string>();
  return {
    remember(caller, key, scope) {
      const name = `${caller.length}:${caller}:${key}`;
      const known = scopes.get(name);
      if (known !== undefined && known !== scope) {
        throw new ProblemError(PROBLEMS['idempotency-key-reused'], refusal);
      }
      if (known !== undefined) scopes.delete(name);
      scopes.set(name, scope);
      if (scopes.size > maxKeys) {
        for (const oldest of scopes.keys()) {
          scopes.delete(oldest);
          break;
        }
      }
    },
  };
}
