import type { IncomingMessage } from 'node:http';
import {
  type ApiKeys,
  type BodyFormats,
  type ByteBudget,
  bodyFormat,
  type KeyMemory,
  type LoadShedder,
  ProblemError,
  type ReadBodyOptions,
  readBody,
  readIdempotencyKey,
} from '@caudal/common/http';
import { type Envelope, encodeEnvelope, type IdentitySource, type Message } from '@caudal/common/message';
import { PROBLEMS } from '../http/problems.ts';
import type { IngestMetrics } from '../metrics.ts';
import { type FirstIdentity, identify } from './identify.ts';
import type { PublishToAll } from './publish-to-all.ts';
import { InvalidMessagesError, type MessagesFormat, readMessages } from './read-messages.ts';

const FORMATS: BodyFormats<MessagesFormat> = {
  formats: ['json', 'ndjson'],
  advice:
    'Send Content-Type: application/json (or application/…+json) with one message or an array of them, or application/x-ndjson with one message per line.',
};

/** Dependencies of {@link createTakeMessages}. */
export interface TakeMessagesOptions {
  readonly apiKeys: ApiKeys;
  readonly loadShedder: LoadShedder;
  readonly byteBudget: ByteBudget;
  readonly maxBodyBytes: number;
  readonly identities: IdentitySource;
  readonly keyMemory: KeyMemory;
  readonly publishToAll: PublishToAll;
  readonly metrics: IngestMetrics;
}

/** Body of a 202 response. */
export interface Accepted {
  readonly accepted: number;
  readonly first: FirstIdentity;
}

/**
 * Accepts the messages of one request: resolves when every broker has confirmed all of them, otherwise throws a
 * ProblemError. Checks that do not need the body run first.
 */
export function createTakeMessages(
  options: TakeMessagesOptions,
): (request: IncomingMessage) => Promise<Accepted> {
  const { apiKeys, loadShedder, byteBudget, identities, publishToAll, metrics } = options;
  const bodyOptions: ReadBodyOptions = {
    maxBytes: options.maxBodyBytes,
    budget: byteBudget,
    tooLarge: bodyTooLarge,
    noRoom: tooManyBodies,
  };

  const read = (body: Buffer, format: MessagesFormat): readonly Message[] => {
    try {
      return readMessages(body, format);
    } catch (error) {
      if (error instanceof InvalidMessagesError) metrics.refused(error.countries);
      throw error;
    }
  };

  const publish = async (
    messages: readonly Message[],
    first: FirstIdentity,
    rememberKey: () => void,
  ): Promise<void> => {
    const bodies = encodeAll(messages, first);
    try {
      publishToAll.assertReady(messages.length);
      publishToAll.assertFits(bodies);
      // Last of all checks: nothing is published under the key of a refused request, so the key stays free.
      rememberKey();
    } catch (error) {
      metrics.refused(messages.map((message) => message.country));
      throw error;
    }
    try {
      await publishToAll.publish(bodies);
    } catch (error) {
      metrics.unconfirmed(messages);
      throw error;
    }
    metrics.accepted(messages);
  };

  return async (request) => {
    loadShedder.assertCalm();
    const caller = apiKeys.authenticate(request);
    const format = bodyFormat(request.headers, FORMATS);
    const idempotencyKey = readIdempotencyKey(request.headers['idempotency-key']);
    publishToAll.assertReady(1);
    const body = await readBody(request, bodyOptions);
    try {
      const messages = read(body, format);
      const first = identify(idempotencyKey, caller, messages, identities);
      await publish(messages, first, () => {
        if (idempotencyKey !== undefined && 'key' in first) {
          options.keyMemory.remember(caller, idempotencyKey, first.key);
        }
      });
      return { accepted: messages.length, first };
    } finally {
      byteBudget.release(body.length);
    }
  };
}

/** Encodes each message once, for both brokers. */
function encodeAll(messages: readonly Message[], first: FirstIdentity): readonly Buffer[] {
  const acceptedAt = Date.now();
  return messages.map((message, index) => {
    const envelope: Envelope = { ...message, ...first, sequence: first.sequence + index, acceptedAt };
    return encodeEnvelope(envelope);
  });
}

function bodyTooLarge(maxBytes: number): ProblemError {
  return new ProblemError(
    PROBLEMS['body-too-large'],
    `Maximum body size: ${maxBytes} bytes. Send the messages in several requests.`,
  );
}

function tooManyBodies(): ProblemError {
  return new ProblemError(PROBLEMS.overloaded, 'Too many request bodies in progress. Retry later.', {
    retryAfterSeconds: 1,
  });
}
