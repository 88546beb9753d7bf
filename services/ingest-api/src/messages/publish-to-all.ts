import { errorMessage, isRefused } from '@caudal/common/errors';
import type { BrokerName } from '@caudal/common/messaging';
import { ProblemError } from '../http/problem.ts';
import { listProblems } from './item-problems.ts';

/** What is needed of one broker's group commit. */
export interface BrokerCommit {
  readonly broker: BrokerName;
  /**
   * Resolves when the broker confirmed all bodies, rejects when it did not before the deadline (ms on
   * `performance.now()`'s clock); the outcome is unknown then.
   */
  publish(bodies: readonly Buffer[], deadline: number): Promise<void>;
  /** Messages that wait for their confirm. */
  pending(): number;
  isReady(): boolean;
  /** The largest body the broker takes, bytes; infinite where no limit is known. */
  maxBodyBytes(): number;
}

/** Publishes the messages of a request to every broker. */
export interface PublishToAll {
  /**
   * To be asked right before {@link PublishToAll.publish}: while it does not throw, every broker is up and has room.
   * @throws ProblemError `broker-unavailable` or `overloaded`; nothing was published.
   */
  assertReady(messageCount: number): void;
  /**
   * To be asked as well: while it does not throw, every body fits into every broker.
   * @throws ProblemError `message-too-large` with the items that do not; nothing was published.
   */
  assertFits(bodies: readonly Buffer[]): void;
  /**
   * Resolves when every broker confirmed every body.
   * @throws ProblemError `unconfirmed`, with the brokers that did not confirm in time, or `broker-refused`, with those
   * that will never take one of the messages; the outcome is unknown.
   */
  publish(bodies: readonly Buffer[]): Promise<void>;
}

/** Puts one door before all brokers, so that either all of them are tried or none. */
export function createPublishToAll(
  commits: readonly BrokerCommit[],
  options: { readonly publishTimeoutMs: number; readonly maxPendingMessages: number },
): PublishToAll {
  const { publishTimeoutMs, maxPendingMessages } = options;
  const brokers = commits.map((commit) => commit.broker);
  return {
    assertReady(messageCount) {
      for (const commit of commits) {
        if (!commit.isReady()) {
          throw unavailable(commits.filter((each) => !each.isReady()).map((each) => each.broker));
        }
        if (commit.pending() + messageCount > maxPendingMessages) throw overloaded(commit.broker);
      }
    },
    assertFits(bodies) {
      for (const commit of commits) {
        const maxBytes = commit.maxBodyBytes();
        if (bodies.some((body) => body.length > maxBytes)) throw tooLarge(bodies, commit.broker, maxBytes);
      }
    },
    async publish(bodies) {
      const deadline = performance.now() + publishTimeoutMs;
      // Settled, not raced: the answer names every broker that failed.
      const results = await Promise.allSettled(commits.map((commit) => commit.publish(bodies, deadline)));
      const failures = results.flatMap((result, index): Failure[] =>
        result.status === 'rejected' ? [{ broker: brokers[index], error: result.reason as unknown }] : [],
      );
      const refusals = failures.filter(({ error }) => isRefused(error));
      if (refusals.length > 0) throw refused(refusals);
      if (failures.length > 0) throw unconfirmed(failures, publishTimeoutMs);
    },
  };
}

const RETRY_AFTER_SECONDS = 1;

function unavailable(brokers: readonly BrokerName[]): ProblemError {
  return new ProblemError(
    'broker-unavailable',
    `Not connected to ${brokers.join(' and ')}. Nothing was published; send the request again later.`,
    { retryAfterSeconds: RETRY_AFTER_SECONDS, members: { brokers } },
  );
}

function overloaded(broker: BrokerName): ProblemError {
  return new ProblemError(
    'overloaded',
    `Too many messages wait for ${broker}. Nothing was published; send the request again later.`,
    { retryAfterSeconds: RETRY_AFTER_SECONDS, members: { brokers: [broker] } },
  );
}

function tooLarge(bodies: readonly Buffer[], broker: BrokerName, maxBytes: number): ProblemError {
  const errors = bodies.flatMap((body, index) => {
    if (body.length <= maxBytes) return [];
    const reason =
      `takes ${body.length} bytes with its envelope, and ${broker} takes at most ${maxBytes}: ` +
      'shorten the description, or raise the limit of the broker';
    return [{ index, field: 'description', reason }];
  });
  return new ProblemError(
    'message-too-large',
    'Nothing was published. Put right what "errors" lists and send the whole request again.',
    { members: { brokers: [broker], ...listProblems(errors) } },
  );
}

interface Failure {
  readonly broker: BrokerName | undefined;
  readonly error: unknown;
}

function refused(failures: readonly Failure[]): ProblemError {
  const brokers = failures.map((failure) => failure.broker);
  return new ProblemError(
    'broker-refused',
    `${brokers.join(' and ')} refused a message for good: others of the request may or may not be stored. Sending the same request again does not help; send smaller messages, or raise the limit of the broker.`,
    { members: { brokers }, reasons: reasonsOf(failures) },
  );
}

function reasonsOf(failures: readonly Failure[]): readonly string[] {
  return failures.map(({ broker, error }) => `${broker}: ${errorMessage(error)}`);
}

function unconfirmed(failures: readonly Failure[], timeoutMs: number): ProblemError {
  const brokers = failures.map((failure) => failure.broker);
  return new ProblemError(
    'unconfirmed',
    `No confirm from ${brokers.join(' and ')} within ${timeoutMs} ms: the messages may or may not be stored. Sending the same request with the same Idempotency-Key again is safe, it cannot count twice; without one it can.`,
    {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      members: { brokers },
      reasons: reasonsOf(failures),
    },
  );
}
