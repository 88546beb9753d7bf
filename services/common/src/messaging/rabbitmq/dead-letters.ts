import type { ConfirmChannel } from 'amqplib';
import { backOffMs, pause } from '../../back-off.ts';
import { errorMessage } from '../../errors.ts';
import type { Logger } from '../../logging.ts';
import { ENVELOPE_CONTENT_TYPE } from '../ports.ts';
import { RabbitmqConnection, type Session } from './connection.ts';
import type { RabbitmqSettings } from './settings.ts';
import { ensureTopology } from './topology.ts';

/** Maximum unconfirmed letters; bounds what is sent twice when the connection is lost. */
const WINDOW = 100;
/** A letter that waits longer than this for its confirm counts as stalled. */
const STALLED_AFTER_MS = 1_000;

/** A copy of a message for the dead-letter exchange. */
export interface DeadLetter {
  readonly body: Buffer;
  readonly reason: string;
}

interface PendingLetter extends DeadLetter {
  /** Once aborted, the letter is abandoned; if it has been sent, it may still arrive. */
  readonly wanted: AbortSignal;
  readonly settle: (isParked: boolean) => void;
  sentAtMs: number;
  returned: boolean;
}

/**
 * Publishes dead letters over a separate connection, opened with the first letter.
 *
 * RabbitMQ stops reading a connection that publishes while a memory or disk alarm is on. On the consumer's connection
 * that would block its acknowledgements, and with them the draining that ends the alarm. Here nothing is published
 * while the connection is blocked, and a letter is published again only when it was refused or its connection is gone.
 */
export class RabbitmqDeadLetters {
  readonly #settings: RabbitmqSettings;
  readonly #logger: Logger;
  readonly #connection: RabbitmqConnection;
  readonly #closing = new AbortController();
  #queue: PendingLetter[] = [];
  /** By message id, in the order in which they were sent. */
  readonly #sent = new Map<string, PendingLetter>();
  #channel: ConfirmChannel | undefined;
  #opening: Promise<void> | undefined;
  /** The broker reports an alarm only to connections that publish, so the first letter goes alone. */
  #window = 1;
  #blocked = false;
  /** Consecutive refusals; nothing is sent while the timer after the last one runs. */
  #refusals = 0;
  #restTimer: NodeJS.Timeout | undefined;
  #lastId = 0;

  constructor(settings: RabbitmqSettings, dependencies: { readonly logger: Logger }) {
    this.#settings = settings;
    this.#logger = dependencies.logger;
    this.#connection = new RabbitmqConnection({
      settings,
      purpose: 'park',
      logger: dependencies.logger,
      setUp: (session) => this.#setUp(session),
      onLost: () => this.#onLost(),
      onBlocked: (blocked) => {
        this.#blocked = blocked;
        this.#pump();
      },
    });
  }

  /**
   * Parks a message, without a time limit. Resolves with true when the broker has confirmed the copy, or with false if it was
   * abandoned because `wanted` was aborted or the connection was closed.
   */
  park(letter: DeadLetter, wanted: AbortSignal): Promise<boolean> {
    if (wanted.aborted || this.#closing.signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const pending: PendingLetter = { ...letter, wanted, settle, sentAtMs: 0, returned: false };
      const giveUp = () => {
        this.#queue = this.#queue.filter((other) => other !== pending);
        settle(false);
      };
      function settle(isParked: boolean): void {
        wanted.removeEventListener('abort', giveUp);
        resolve(isParked);
      }
      wanted.addEventListener('abort', giveUp, { once: true });
      this.#queue.push(pending);
      this.#pump();
    });
  }

  /** Whether letters are currently not getting through, so that waiting for their confirms is pointless. */
  isStalled(): boolean {
    const [oldest] = this.#sent.values();
    const isLate = oldest !== undefined && performance.now() - oldest.sentAtMs > STALLED_AFTER_MS;
    return this.#blocked || this.#refusals > 0 || isLate;
  }

  /** Abandons letters that are not confirmed. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#restTimer);
    await this.#connection.close();
    for (const letter of [...this.#sent.values(), ...this.#queue.splice(0)]) letter.settle(false);
    this.#sent.clear();
  }

  async #setUp(session: Session): Promise<void> {
    await ensureTopology(session, this.#settings, 'consume');
    const channel = await session.model.createConfirmChannel();
    session.watch(channel);
    channel.on('return', (message) => {
      const letter = this.#sent.get(String(message.properties.messageId));
      if (letter) letter.returned = true;
    });
    this.#channel = channel;
    this.#window = 1;
    // Resume after the connection counts as ready.
    setImmediate(() => this.#pump());
  }

  #onLost(): void {
    this.#channel = undefined;
    // Whether they arrived is unknown: a letter may be parked twice, but is never lost.
    const unconfirmed = [...this.#sent.values()];
    this.#sent.clear();
    this.#putBack(unconfirmed);
    this.#pump();
  }

  /** Returns letters to the head of the queue, except those that were abandoned meanwhile. */
  #putBack(letters: readonly PendingLetter[]): void {
    this.#queue = [...letters.filter(({ wanted }) => !wanted.aborted), ...this.#queue];
  }

  #pump(): void {
    if (this.#queue.length === 0 || this.#closing.signal.aborted) return;
    if (!this.#channel) {
      this.#opening ??= this.#open();
      return;
    }
    while (!this.#blocked && this.#restTimer === undefined && this.#sent.size < this.#window) {
      const letter = this.#queue.shift();
      if (!letter || !this.#channel) return;
      this.#send(this.#channel, letter);
    }
  }

  /** Establishes the first connection, without a time limit; a lost one is replaced automatically. */
  async #open(): Promise<void> {
    const { signal } = this.#closing;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        await this.#connection.open();
        return;
      } catch (error) {
        if (signal.aborted) return;
        const waitMs = backOffMs(attempt);
        this.#logger.warn(
          { err: error, attempt, waitMs },
          'dead letters are waiting: no connection for them',
        );
        await pause(waitMs, signal);
      }
    }
  }

  #send(channel: ConfirmChannel, letter: PendingLetter): void {
    const id = `park-${++this.#lastId}`;
    letter.sentAtMs = performance.now();
    letter.returned = false;
    this.#sent.set(id, letter);
    const { queue, deadLetterQueue, clientId } = this.#settings;
    const options = {
      persistent: true,
      mandatory: true,
      contentType: ENVELOPE_CONTENT_TYPE,
      messageId: id,
      headers: {
        'caudal-reason': letter.reason,
        'caudal-source': queue,
        'caudal-consumer': clientId,
      },
    };
    const onConfirm = (error: unknown) => {
      if (this.#sent.get(id) !== letter) return;
      this.#sent.delete(id);
      if (error) this.#refused(letter, errorMessage(error));
      else if (letter.returned) this.#refused(letter, `bind queue "${deadLetterQueue}" to its exchange`);
      else this.#confirmed(letter);
    };
    try {
      channel.publish(deadLetterQueue, '', letter.body, options, onConfirm);
    } catch (error) {
      // The channel is closing; the next connection sends it again.
      onConfirm(error);
    }
  }

  #confirmed(letter: PendingLetter): void {
    this.#refusals = 0;
    this.#window = WINDOW;
    letter.settle(true);
    this.#pump();
  }

  #refused(letter: PendingLetter, reason: string): void {
    this.#putBack([letter]);
    this.#window = 1;
    if (this.#restTimer !== undefined || this.#closing.signal.aborted) return;
    const waitMs = backOffMs(++this.#refusals);
    this.#logger.warn({ reason, waitMs }, 'dead letters are waiting: RabbitMQ refused one');
    this.#restTimer = setTimeout(() => {
      this.#restTimer = undefined;
      this.#pump();
    }, waitMs);
  }
}
