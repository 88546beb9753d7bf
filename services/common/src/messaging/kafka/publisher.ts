import { AppError, errorMessage } from '../../errors.ts';
import type { Logger } from '../../logging.ts';
import { backOffMs } from '../back-off.ts';
import type { MessagePublisher } from '../ports.ts';
import type { KafkaSettings } from '../settings.ts';
import { within } from '../within.ts';
import { kafkaError, kafkaTimeout } from './errors.ts';
import type { OpenProducer, ProducerDriver } from './producer-driver.ts';

/** A silent broker must not hold up a stop: nothing is on its way any more. */
const CLOSE_TIMEOUT_MS = 3_000;

/** A producer with the sends that have not settled; they outlive our patience with them. */
interface Line {
  readonly producer: OpenProducer;
  readonly sends: Set<Promise<unknown>>;
}

/**
 * Publishes with `acks=-1`, every call as one batch into one partition, the next call into the next partition:
 * few large batches are what makes both producing and consuming cheap.
 */
export class KafkaPublisher implements MessagePublisher {
  readonly broker = 'kafka';
  readonly #settings: KafkaSettings;
  readonly #logger: Logger;
  readonly #driver: ProducerDriver;
  readonly #stopping = new AbortController();
  #line: Line | undefined;
  #turn = 0;
  #ready = false;
  #checking: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  /** `createDriver` is given a function to call whenever a connection breaks. */
  constructor(
    settings: KafkaSettings,
    dependencies: {
      readonly logger: Logger;
      readonly createDriver: (onDisconnect: () => void) => ProducerDriver;
    },
  ) {
    this.#settings = settings;
    this.#logger = dependencies.logger;
    this.#driver = dependencies.createDriver(() => this.#check(false));
  }

  async connect(): Promise<void> {
    await this.#driver.probe();
    this.#line = await this.#openLine();
    this.#ready = true;
  }

  isReady(): boolean {
    return this.#ready && !this.#closed;
  }

  async publish(bodies: readonly Buffer[]): Promise<void> {
    if (this.#closed) throw new AppError('STOPPING', 'the Kafka publisher is closed');
    const line = this.#line;
    if (!line) throw new AppError('BROKER_UNAVAILABLE', 'Kafka is not connected', { retriable: true });
    if (bodies.length === 0) return;
    const send = line.producer.send(bodies, this.#turn++);
    line.sends.add(send);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const timeOut = () => reject(kafkaTimeout('confirm', this.#settings));
      timer = setTimeout(timeOut, this.#settings.requestTimeoutMs);
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
      if (this.#driver.isRefusal(error)) {
        const message = `Kafka refused the messages: ${errorMessage(error)}`;
        throw new AppError('BROKER_UNAVAILABLE', message, { cause: error });
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
    try {
      return { producer: await this.#driver.open(), sends: new Set() };
    } catch (error) {
      throw kafkaError(error, this.#settings);
    }
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
        await this.#driver.probe();
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
    await within(CLOSE_TIMEOUT_MS, this.#disconnect());
    this.#driver.end?.();
  }

  async #disconnect(): Promise<void> {
    await this.#checking;
    await this.#line?.producer.close();
  }
}

/** A send that goes on may reconnect its producer, so the producer is closed after its last send. */
async function retire({ producer, sends }: Line): Promise<void> {
  await Promise.allSettled(sends);
  await producer.close();
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
