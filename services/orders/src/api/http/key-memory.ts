import { ProblemError } from '@caudal/common/http';
import { PROBLEMS } from '../problems.ts';

/** Detects an Idempotency-Key reused for other messages. */
export interface KeyMemory {
  /**
   * Remembers the identity scope published under a caller's key.
   * @throws ProblemError `idempotency-key-reused` when it was another scope: same key, other messages.
   */
  remember(caller: string, key: string, scope: string): void;
}

/**
 * Remembers the latest `maxKeys` keys of this process. Other messages under a used key have other identities and would
 * be counted, but this is rarely intended. A client that reuses keys by mistake gets an error if its requests reach the
 * same process: best effort, not a guarantee.
 */
export function createKeyMemory(maxKeys: number): KeyMemory {
  const scopes = new Map<string, string>();
  return {
    remember(caller, key, scope) {
      const name = `${caller.length}:${caller}:${key}`;
      const known = scopes.get(name);
      if (known !== undefined && known !== scope) {
        throw new ProblemError(
          PROBLEMS['idempotency-key-reused'],
          'This Idempotency-Key was used with other messages. Nothing was published; use a new key for new messages.',
        );
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
