import { errorMessage, isRefused } from '@caudal/common/errors';
import { ProblemError } from '@caudal/common/http';
import { PROBLEMS } from '../http/problems.ts';
import { listProblems } from './item-problems.ts';

/** The part of a broker's group commit in use. */
export interface BrokerCommit {
  readonly broker: string;
  /**
   * Resolves when the broker confirmed all bodies, rejects when it did not before the deadline (ms on
   * `performance.now()`'s clock); the outcome is unknown then.
   */
  publish(bodies: readonly Buffer[], deadline: number): Promise<void>;
  /** Number of messages waiting for a confirm. */
  pending(): number;
  isReady(): boolean;
  /** Maximum body size of the broker, bytes; infinite if unknown. */
  maxBodyBytes(): number;
}

/** Publishes the messages of a request to every broker. */
export interface PublishToAll {
  /**
   * Checks, right before {@link PublishToAll.publish}, that every broker is up and has room.
   * @throws ProblemError `broker-unavailable` or `overloaded`; nothing was published.
   */
  assertReady(messageCount: number): void;
  /**
   * Checks that every body fits every broker's limit.
   * @throws ProblemError `message-too-large` with the items that do not fit; nothing was published.
   */
  assertFits(bodies: readonly Buffer[]): void;
  /**
   * Resolves when every broker confirmed every body.
   * @throws ProblemError `unconfirmed`, with the brokers that did not confirm in time, or `broker-refused`, with those
   * that rejected a message permanently; the outcome is unknown.
   */
  publish(bodies: readonly Buffer[]): Promise<void>;
}

/** Checks all brokers before publishing, so that a message goes to all of them or to none. */
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
      // Wait for all: the response names every broker that failed.
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

function unavailable(brokers: readonly string[]): ProblemError {
  return new ProblemError(
    PROBLEMS['broker-unavailable'],
    `Not connected to ${brokers.join(' and ')}. Nothing was published; retry later.`,
    { retryAfterSeconds: RETRY_AFTER_SECONDS, members: { brokers } },
  );
}

function overloaded(broker: string): ProblemError {
  return new ProblemError(
    PROBLEMS.overloaded,
    `Too many messages are waiting for ${broker}. Nothing was published; retry later.`,
    { retryAfterSeconds: RETRY_AFTER_SECONDS, members: { brokers: [broker] } },
  );
}

function tooLarge(bodies: readonly Buffer[], broker: string, maxBytes: number): ProblemError {
  const errors = bodies.flatMap((body, index) => {
    if (body.length <= maxBytes) return [];
    const reason =
      `has ${body.length} bytes with its envelope; the limit of ${broker} is ${maxBytes}: ` +
      "shorten the description or raise the broker's limit";
    return [{ index, field: 'description', reason }];
  });
  return new ProblemError(
    PROBLEMS['message-too-large'],
    'Nothing was published. Fix the problems listed in "errors" and send the whole request again.',
    { members: { brokers: [broker], ...listProblems(errors) } },
  );
}

interface Failure {
  readonly broker: string | undefined;
  readonly error: unknown;
}

function refused(failures: readonly Failure[]): ProblemError {
  const brokers = failures.map((failure) => failure.broker);
  return new ProblemError(
    PROBLEMS['broker-refused'],
    `${brokers.join(' and ')} rejected a message permanently; other messages of the request may or may not be stored. Retrying the same request does not help: send smaller messages or raise the broker's limit.`,
    { members: { brokers }, reasons: reasonsOf(failures) },
  );
}

function reasonsOf(failures: readonly Failure[]): readonly string[] {
  return failures.map(({ broker, error }) => `${broker}: ${errorMessage(error)}`);
}

function unconfirmed(failures: readonly Failure[], timeoutMs: number): ProblemError {
  const brokers = failures.map((failure) => failure.broker);
  return new ProblemError(
    PROBLEMS.unconfirmed,
    `No confirm from ${brokers.join(' and ')} within ${timeoutMs} ms: the messages may or may not be stored. Retrying with the same Idempotency-Key is safe; without a key, a retry may count messages twice.`,
    {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      members: { brokers },
      reasons: reasonsOf(failures),
    },
  );
}
