import type { ICustomPartitioner, Kafka, Message, Producer } from 'kafkajs';
import { AppError, errorMessage } from '../../errors.ts';
import type { Logger } from '../../logging.ts';
import { backOffMs } from '../back-off.ts';
import { ENVELOPE_CONTENT_TYPE, type MessagePublisher } from '../ports.ts';
import type { KafkaSettings } from '../settings.ts';
import { kafkaError, kafkaTimeout } from './errors.ts';
import { createKafkajsClient, RETRY } from './kafkajs-client.ts';
import { ensureTopics } from './kafkajs-topology.ts';

const HEADERS = { 'content-type': ENVELOPE_CONTENT_TYPE };

/** A producer with the sends that have not settled; they outlive our patience with them. */
interface Line {
  readonly producer: Producer;
  readonly sends: Set<Promise<unknown>>;
}

/**
 * Publishes with `acks=-1`, every call as one batch into one partition, the next call into the next partition:
 * few large batches are what makes both producing and consuming cheap.
 */
export class KafkajsPublisher implements MessagePublisher {
  readonly broker = 'kafka';
  readonly #settings: KafkaSettings;
  readonly #logger: Logger;
  readonly #kafka: Kafka;
  #line: Line | undefined;
  #turn = 0;
  #ready = false;
  #checking: Promise<void> | undefined;
  readonly #stopping = new AbortController();
  #closed: Promise<void> | undefined;

  constructor(settings: KafkaSettings, dependencies: { readonly logger: Logger }) {
    this.#settings = settings;
    this.#logger = dependencies.logger;
    this.#kafka = createKafkajsClient(settings, dependencies.logger, () => this.#check(false));
  }

  async connect(): Promise<void> {
    await ensureTopics(this.#kafka, this.#settings);
    this.#line = await this.#openLine();
    this.#ready = true;
  }

  isReady(): boolean {
    return this.#ready && !this.#closed;
  }

  async publish(bodies: readonly Buffer[]): Promise<void> {
    if (this.#closed) throw new AppError('STOPPING', 'the Kafka publisher is closed');
    const line = this.#line;
    if (!line) {
      throw new AppError('BROKER_UNAVAILABLE', 'Kafka is not connected', { retriable: true });
    }
    if (bodies.length === 0) return;
    const { topic, requestTimeoutMs } = this.#settings;
    const messages = oneBatch(bodies, this.#turn++);
    const send = line.producer.send({ topic, acks: -1, timeout: requestTimeoutMs, messages });
    line.sends.add(send);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(kafkaTimeout('confirm', this.#settings)), requestTimeoutMs);
    });
    // Settling frees the line even when nobody waits for the send any more.
    send.then(
      () => line.sends.delete(send),
      () => line.sends.delete(send),
    );
    try {
      await Promise.race([send, late]);
      this.#ready = true;
    } catch (error) {
      if (isRefusal(error)) {
        throw new AppError('BROKER_UNAVAILABLE', `Kafka refused the messages: ${errorMessage(error)}`, {
          cause: error,
        });
      }
      this.#ready = false;
      this.#check(error instanceof AppError);
      throw kafkaError(error, this.#settings);
    } finally {
      clearTimeout(timer);
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #openLine(): Promise<Line> {
    const producer = this.#kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: inTurn,
      metadataMaxAge: 60_000,
      retry: RETRY,
    });
    try {
      await producer.connect();
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw kafkaError(error, this.#settings);
    }
    return { producer, sends: new Set() };
  }

  /**
   * Finds out whether Kafka answers and keeps asking until it does; `isReady` follows the answer. After a silence
   * (`renew`) the connection may be dead without a word, so a new producer takes over.
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
        // Without a disconnect listener: the probe's own sockets must not start the next probe.
        await ensureTopics(createKafkajsClient(this.#settings, this.#logger), this.#settings);
        if (renew) await this.#renew();
        if (!this.#ready) this.#logger.info({ attempt }, 'Kafka answers again');
        this.#ready = true;
        return;
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.#ready = false;
        const waitMs = backOffMs(attempt);
        this.#logger.warn({ attempt, waitMs }, `Kafka does not answer: ${errorMessage(error)}`);
        await interruptibleWait(waitMs, this.#stopping.signal);
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
    await this.#checking;
    await this.#line?.producer.disconnect().catch(() => undefined);
  }
}

/** A send that goes on reconnects a disconnected producer, so the last word comes after the last send. */
async function retire({ producer, sends }: Line): Promise<void> {
  await Promise.allSettled(sends);
  await producer.disconnect().catch(() => undefined);
}

/**
 * Messages of one batch for kafkajs, bound for the partition whose turn it is.
 *
 * kafkajs groups messages by partition with `messages.reduce`, copying its result for every message: quadratic, and
 * at 1,000 messages dearer than all the rest of a send. Ours all go to one partition, so the array brings a `reduce`
 * of its own that asks once.
 */
function oneBatch(bodies: readonly Buffer[], turn: number): Message[] {
  const messages: Message[] = new Array(bodies.length);
  for (let index = 0; index < bodies.length; index++) {
    messages[index] = { value: bodies[index] ?? null, headers: HEADERS, partition: turn };
  }
  type Group = (result: Record<string, Message[]>, message: Message) => Record<string, Message[]>;
  const reduce = (group: Group, result: Record<string, Message[]>) => {
    const [first] = messages;
    if (!first) return result;
    const [partition] = Object.keys(group({}, first));
    return partition === undefined ? result : { ...result, [partition]: messages };
  };
  Object.defineProperty(messages, 'reduce', { value: reduce });
  return messages;
}

/** Takes `partition` of a message as a turn and deals it out over the partitions that have a leader. */
const inTurn: ICustomPartitioner =
  () =>
  ({ partitionMetadata, message }) => {
    const led = partitionMetadata.filter(({ leader }) => leader >= 0);
    const candidates = led.length > 0 ? led : partitionMetadata;
    return candidates[(message.partition ?? 0) % candidates.length]?.partitionId ?? 0;
  };

/** An answer of the broker that no retry changes, a record too large for instance. */
function isRefusal(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === 'KafkaJSProtocolError') return 'retriable' in cause && cause.retriable === false;
  }
  return false;
}

function interruptibleWait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}
