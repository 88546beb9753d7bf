import { backOffMs, pause } from '../../back-off.ts';
import { AppError, errorMessage, isRefused } from '../../errors.ts';
import type { Logger } from '../../logging.ts';
import { within } from '../within.ts';
import { kafkaError, kafkaTimeout } from './errors.ts';
import type { OpenProducer, ProducerDriver } from './producer-driver.ts';
import { BATCH_OVERHEAD_BYTES, MAX_BATCH_BYTES, sendInParts } from './send-in-parts.ts';
import type { KafkaSettings } from './settings.ts';

/** Limits a stop while the broker is silent: nothing is in flight any more. */
const CLOSE_TIMEOUT_MS = 3_000;

/** Kafka's default for `max.message.bytes`: the largest record batch that a topic accepts. */
const DEFAULT_MAX_MESSAGE_BYTES = 1_048_588;

/** A producer with its sends that have not settled; they can outlive their time limit. */
interface Line {
  readonly producer: OpenProducer;
  readonly sends: Set<Promise<unknown>>;
}

/** The items of one call, and how they are sent. */
export interface Sending<Item> {
  readonly items: readonly Item[];
  readonly bodyOf: (item: Item) => Buffer;
  /** Upper bound of the bytes that an item takes in a record batch. */
  readonly bytesOf: (item: Item) => number;
  readonly send: (producer: OpenProducer, part: readonly Item[]) => Promise<unknown>;
}

/** How a sender reaches Kafka. */
export interface SenderDependencies {
  readonly logger: Logger;
  /** Is given a function to call whenever a connection breaks. */
  readonly createDriver: (onDisconnect: () => void) => ProducerDriver;
}

/**
 * Keeps a producer connected and sends with it, in parts of at most 256 KiB or what the topic accepts. After a failure it asks Kafka until
 * it answers.
 */
export class KafkaSender {
  readonly #settings: KafkaSettings;
  readonly #logger: Logger;
  readonly #driver: ProducerDriver;
  readonly #stopping = new AbortController();
  #line: Line | undefined;
  #partitions: number | undefined;
  /** The largest record batch that the topic accepts, as far as known; a refusal lowers it until Kafka is asked again. */
  #maxMessageBytes: number;
  #ready = false;
  #checking: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(settings: KafkaSettings, dependencies: SenderDependencies) {
    this.#settings = settings;
    this.#logger = dependencies.logger;
    this.#maxMessageBytes = settings.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES;
    this.#driver = dependencies.createDriver(() => this.#check(false));
  }

  /** Connects and creates or checks the topics. Rejects with AppError. */
  async connect(): Promise<void> {
    await this.#probe();
    this.#line = await this.#openLine();
    this.#ready = true;
  }

  /** Whether a call can currently succeed. */
  isReady(): boolean {
    return this.#ready && !this.#closed;
  }

  /** The largest record that the topic accepts, bytes of {@link recordBytes}, as far as known. */
  maxRecordBytes(): number {
    return this.#maxMessageBytes - BATCH_OVERHEAD_BYTES;
  }

  /** The topic's partitions when Kafka was last asked; undefined before the first connection. */
  partitions(): number | undefined {
    return this.#partitions;
  }

  /**
   * Sends all items and waits for all confirms; nothing more is sent after the time limit of the call.
   * @throws AppError `BROKER_UNAVAILABLE` or `BROKER_TIMEOUT` (retriable), `BROKER_REFUSED`, `STOPPING`
   */
  async send<Item>(sending: Sending<Item>): Promise<void> {
    if (this.#closed) throw new AppError('STOPPING', 'the connection to Kafka is closed');
    const line = this.#line;
    if (!line) throw new AppError('BROKER_UNAVAILABLE', 'Kafka is not connected', { retriable: true });
    if (sending.items.length === 0) return;
    const call = { isGivenUp: false };
    const send = this.#send(line, sending, call);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const giveUp = () => {
        call.isGivenUp = true;
        reject(kafkaTimeout('confirm', this.#settings));
      };
      timer = setTimeout(giveUp, this.#settings.requestTimeoutMs);
    });
    try {
      await Promise.race([send, late]);
      this.#ready = true;
    } catch (error) {
      if (isRefused(error)) throw error;
      this.#ready = false;
      this.#check(error instanceof AppError);
      throw kafkaError(error, this.#settings);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits for calls in flight, then disconnects. Further calls return the same promise. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #send<Item>(line: Line, sending: Sending<Item>, call: { readonly isGivenUp: boolean }): Promise<void> {
    const { items, bodyOf, bytesOf, send } = sending;
    return sendInParts(items, {
      maxBytes: Math.min(MAX_BATCH_BYTES, this.maxRecordBytes()),
      bytesOf,
      isRefusal: (error) => this.#driver.isRefusal(error),
      send: (part) => {
        if (call.isGivenUp) return Promise.reject(kafkaTimeout('confirm', this.#settings));
        return track(line, send(line.producer, part));
      },
      onRefusedBytes: (bytes) => {
        this.#maxMessageBytes = Math.min(this.#maxMessageBytes, bytes + BATCH_OVERHEAD_BYTES - 1);
      },
      onRefusedItem: (item, error) => {
        const message =
          `Kafka refused a message of ${bodyOf(item).length} bytes: ${errorMessage(error)} ` +
          `(max.message.bytes of topic "${this.#settings.topic}")`;
        throw new AppError('BROKER_REFUSED', message, { cause: error });
      },
    });
  }

  async #probe(): Promise<void> {
    const { maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES } = this.#settings;
    const probed = await this.#driver.probe();
    this.#partitions = probed.partitions;
    this.#maxMessageBytes = Math.min(maxMessageBytes, probed.maxMessageBytes ?? maxMessageBytes);
  }

  async #openLine(): Promise<Line> {
    try {
      return { producer: await this.#driver.open(), sends: new Set() };
    } catch (error) {
      throw kafkaError(error, this.#settings);
    }
  }

  /**
   * Checks whether Kafka responds, and repeats that until it does; `isReady` follows the result. After a silence
   * (`renew`) the connection may be dead unnoticed, so a new producer takes over.
   */
  #check(renew: boolean): void {
    if (this.#closed || !this.#line || this.#checking) return;
    this.#checking = this.#untilAnswered(renew).finally(() => {
      this.#checking = undefined;
    });
  }

  async #untilAnswered(renew: boolean): Promise<void> {
    for (let attempt = 1; !this.#stopping.signal.aborted; attempt++) {
      try {
        await this.#probe();
        if (renew) await this.#renew();
        if (!this.#ready) this.#logger.info({ attempt }, 'Kafka answers again');
        this.#ready = true;
        return;
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.#ready = false;
        const waitMs = backOffMs(attempt);
        this.#logger.warn({ attempt, waitMs }, `Kafka does not answer: ${errorMessage(error)}`);
        await pause(waitMs, this.#stopping.signal);
      }
    }
  }

  async #renew(): Promise<void> {
    const old = this.#line;
    this.#line = await this.#openLine();
    if (old) void retire(old);
  }

  async #close(): Promise<void> {
    const line = this.#line;
    if (line) await Promise.allSettled(line.sends);
    this.#stopping.abort();
    await within(CLOSE_TIMEOUT_MS, this.#disconnect());
    this.#driver.end?.();
  }

  async #disconnect(): Promise<void> {
    await this.#checking;
    await this.#line?.producer.close();
  }
}

/** Keeps a send with its producer until it settles, even after its caller has given up. */
function track<T>(line: Line, send: Promise<T>): Promise<T> {
  line.sends.add(send);
  const forget = () => line.sends.delete(send);
  send.then(forget, forget);
  return send;
}

/** A send in progress may reconnect its producer, so the producer is closed after its last send. */
async function retire({ producer, sends }: Line): Promise<void> {
  await Promise.allSettled(sends);
  await producer.close();
}
