import { createHash } from 'node:crypto';
import { ProblemError } from '../http/problem.ts';

/** Notices an Idempotency-Key that comes with another body than before. */
export interface KeyMemory {
  /**
   * Remembers the body that is now published under this key.
   * @throws ProblemError `idempotency-key-reused` when another body was.
   */
  remember(scope: string, body: Buffer): void;
}

/**
 * Remembers the latest `maxKeys` keys of this process. Consumers take a key's second request for a repetition of
 * its first whatever is in it, so another body under the same key would be answered 202 and never counted. This
 * catches what reaches the same process, which is where a client's mistake shows first; it is no guarantee.
 */
export function createKeyMemory(maxKeys: number): KeyMemory {
  const digests = new Map<string, string>();
  return {
    remember(scope, body) {
      const digest = createHash('sha256').update(body).digest('base64url');
      const known = digests.get(scope);
      if (known !== undefined && known !== digest) {
        throw new ProblemError(
          'idempotency-key-reused',
          'This Idempotency-Key was used with another body. Nothing was published; use a new key for new messages.',
        );
      }
      if (known !== undefined) digests.delete(scope);
      digests.set(scope, digest);
      if (digests.size > maxKeys) {
        for (const oldest of digests.keys()) {
          digests.delete(oldest);
          break;
        }
      }
    },
  };
}
