import { ProblemError } from '../http/problem.ts';

/** Notices an Idempotency-Key that comes with other messages than before. */
export interface KeyMemory {
  /**
   * Remembers the identity scope under which a caller's key is now published.
   * @throws ProblemError `idempotency-key-reused` when it was another: the same key, other messages.
   */
  remember(caller: string, key: string, scope: string): void;
}

/**
 * Remembers the latest `maxKeys` keys of this process. Other messages under a key are other messages and would be
 * counted, yet they are hardly ever meant: a client that reuses keys by mistake learns of it here, as long as its
 * requests reach the same process. A courtesy and no guarantee.
 */
export function createKeyMemory(maxKeys: number): KeyMemory {
  const scopes = new Map<string, string>();
  return {
    remember(caller, key, scope) {
      const name = `${caller.length}:${caller}:${key}`;
      const known = scopes.get(name);
      if (known !== undefined && known !== scope) {
        throw new ProblemError(
          'idempotency-key-reused',
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
