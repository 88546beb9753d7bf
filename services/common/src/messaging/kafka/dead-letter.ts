import { ENVELOPE_CONTENT_TYPE } from '../ports.ts';
import { MAX_BATCH_BYTES, recordBytes, sendInParts } from './send-in-parts.ts';

/** A poison message with everything that its copy contains. */
export interface DeadLetter {
  readonly body: Buffer;
  readonly reason: string;
  /** `topic:partition:offset` */
  readonly source: string;
  /** Size of the original body in bytes, if the dead letter contains only its beginning or nothing. */
  readonly cutFromBytes?: number;
}

/** Returns the headers of a dead letter. */
export function deadLetterHeaders(letter: DeadLetter, consumer: string): Record<string, string> {
  return {
    'content-type': ENVELOPE_CONTENT_TYPE,
    'caudal-reason': letter.reason,
    'caudal-source': letter.source,
    'caudal-consumer': consumer,
    ...(letter.cutFromBytes !== undefined && { 'caudal-cut-from-bytes': String(letter.cutFromBytes) }),
  };
}

/** How {@link sendDeadLetters} reaches the topic. */
export interface DeadLetterRoute {
  /** Name of the consumer, for the header. */
  readonly consumer: string;
  readonly send: (part: readonly DeadLetter[]) => Promise<unknown>;
  readonly isRefusal: (error: unknown) => boolean;
}

/** Bytes of the body that a stub keeps, to help find the cause. */
const STUB_BYTES = 1_024;

/**
 * Sends dead letters in parts that the broker accepts. A letter that is refused on its own (its headers make it larger than
 * the message was) becomes a stub with the beginning of its body, or with no body: it must not block its lane indefinitely.
 *
 * @throws the driver's error, also if even a stub without a body is refused.
 */
export function sendDeadLetters(letters: readonly DeadLetter[], route: DeadLetterRoute): Promise<void> {
  return sendInParts(letters, {
    maxBytes: MAX_BATCH_BYTES,
    bytesOf: (letter) => recordBytes(letter.body.length, deadLetterHeaders(letter, route.consumer)),
    send: route.send,
    isRefusal: route.isRefusal,
    async onRefusedItem(letter, error) {
      if (letter.body.length === 0) throw error;
      try {
        await route.send([stubOf(letter, STUB_BYTES)]);
      } catch (refusal) {
        if (!route.isRefusal(refusal)) throw refusal;
        await route.send([stubOf(letter, 0)]);
      }
    },
  });
}

function stubOf(letter: DeadLetter, bytes: number): DeadLetter {
  return { ...letter, body: letter.body.subarray(0, bytes), cutFromBytes: letter.body.length };
}
