import type { ConfirmChannel } from 'amqplib';
import { AppError, errorMessage } from '../../errors.ts';
import type { Logger } from '../../logging.ts';
import { ENVELOPE_CONTENT_TYPE, type MessagePublisher } from '../ports.ts';
import { type RawChannel, rawChannelOf } from './amqplib-internals.ts';
import { RabbitmqConnection, type Session } from './connection.ts';
import { PublishFrames } from './publish-frames.ts';
import { QueueCheck } from './queue-check.ts';
import type { RabbitmqSettings } from './settings.ts';
import { ensureTopology, exchangeOf, queuesOf } from './topology.ts';

/** A connection's confirm channel with what is sent on it and not yet confirmed. */
interface Outlet {
  readonly channel: RawChannel;
  readonly frames: PublishFrames;
  /** Present where several queues must get each message. */
  readonly queueCheck: QueueCheck | undefined;
  unconfirmed: number;
  /** The socket is slower than we are: nothing more until `drain`. */
  saturated: boolean;
}

/** One `publish`: its bodies are counted, not tracked one by one. */
interface Call {
  readonly id: string;
  readonly bodies: readonly Buffer[];
  readonly deadline: number;
  readonly onConfirm: (error: unknown) => void;
  readonly resolve: () => void;
  readonly reject: (error: AppError) => void;
  /** The connection its bodies go through; a call never spans two. */
  outlet: Outlet | undefined;
  /** Encoded properties of its messages. */
  header: Buffer | undefined;
  sent: number;
  confirmed: number;
  error: AppError | undefined;
  settled: boolean;
}

/**
 * Publishes through one confirm channel: persistent, `mandatory`, at most `confirmWindow` messages unconfirmed.
 *
 * A call settles when the last of its bodies is confirmed. RabbitMQ confirms unroutable messages too, but returns
 * them first; the message id names the call, so a return marks the whole call `BROKER_UNROUTABLE`. With several queues a
 * call also waits until all of them have been seen after its last confirm; see {@link QueueCheck}.
 */
export class RabbitmqPublisher implements MessagePublisher {
  readonly broker = 'rabbitmq';
  readonly #settings: RabbitmqSettings;
  readonly #connection: RabbitmqConnection;
  /** Not settled, in the order of their deadlines. */
  readonly #calls = new Map<string, Call>();
  /** Those with bodies still to be sent. */
  readonly #waiting: Call[] = [];
  #outlet: Outlet | undefined;
  #blocked = false;
  #lastCallId = 0;
  #timer: NodeJS.Timeout | undefined;
  #onIdle: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor(settings: RabbitmqSettings, dependencies: { readonly logger: Logger }) {
    this.#settings = settings;
    this.#connection = new RabbitmqConnection({
      settings,
      purpose: 'publisher',
      logger: dependencies.logger,
      setUp: (session) => this.#setUp(session),
      onLost: (error) => this.#failAll(error),
      onBlocked: (blocked) => {
        this.#blocked = blocked;
        if (!blocked) this.#pump();
      },
    });
  }

  connect(): Promise<void> {
    return this.#connection.open();
  }

  isReady(): boolean {
    return this.#connection.ready && !this.#blocked && !this.#closed;
  }

  publish(bodies: readonly Buffer[]): Promise<void> {
    if (this.#closed) return Promise.reject(new AppError('STOPPING', 'the RabbitMQ publisher is closed'));
    if (!this.#outlet) return Promise.reject(unavailable('RabbitMQ is not connected'));
    if (bodies.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#lastCallId++;
      const id = this.#lastCallId.toString(36);
      const call: Call = {
        id,
        bodies,
        deadline: performance.now() + this.#settings.confirmTimeoutMs,
        onConfirm: (error) => this.#onConfirm(call, error),
        resolve,
        reject,
        outlet: undefined,
        header: undefined,
        sent: 0,
        confirmed: 0,
        error: undefined,
        settled: false,
      };
      this.#calls.set(id, call);
      this.#waiting.push(call);
      this.#watchDeadlines(call.deadline);
      this.#pump();
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #setUp(session: Session): Promise<void> {
    await ensureTopology(session, this.#settings, 'publish');
    const channel = await session.model.createConfirmChannel();
    session.watch(channel);
    const exchange = exchangeOf(this.#settings);
    const queues = queuesOf(this.#settings).map(({ queue }) => queue);
    const outlet = createOutlet(channel, exchange, await createQueueCheck(session, queues));
    channel.on('drain', () => {
      outlet.saturated = false;
      this.#pump();
    });
    channel.on('return', (message) => {
      const call = this.#calls.get(String(message.properties.messageId));
      if (call) call.error ??= unroutable(exchange, queues);
    });
    this.#outlet = outlet;
  }

  /** Sends as much of the waiting calls as the window and the socket take. */
  #pump(): void {
    const outlet = this.#outlet;
    if (!outlet || this.#blocked) return;
    for (let call = this.#waiting[0]; call; call = this.#waiting[0]) {
      const free = outlet.saturated ? 0 : this.#settings.confirmWindow - outlet.unconfirmed;
      const left = call.settled ? 0 : call.bodies.length - call.sent;
      if (left > 0) {
        if (free <= 0 || !send(outlet, call, Math.min(free, left))) return;
        if (free < left) return;
      }
      this.#waiting.shift();
    }
  }

  #onConfirm(call: Call, error: unknown): void {
    if (call.outlet) call.outlet.unconfirmed--;
    call.confirmed++;
    if (error) call.error ??= unavailable(`RabbitMQ did not take the message: ${errorMessage(error)}`, error);
    if (call.confirmed === call.bodies.length) this.#finish(call);
    if (this.#waiting.length > 0) this.#pump();
  }

  #finish(call: Call): void {
    const queueCheck = call.error ? undefined : call.outlet?.queueCheck;
    if (!queueCheck) {
      this.#settle(call);
      return;
    }
    queueCheck.verify().then(
      () => this.#settle(call),
      (error: unknown) => {
        call.error ??= unavailable(`RabbitMQ lacks a queue: ${errorMessage(error)}`, error);
        this.#settle(call);
      },
    );
  }

  #settle(call: Call): void {
    if (call.settled) return;
    call.settled = true;
    this.#calls.delete(call.id);
    if (call.error) call.reject(call.error);
    else call.resolve();
    if (this.#calls.size === 0) this.#onIdle?.();
  }

  #failAll(error: AppError): void {
    this.#outlet = undefined;
    this.#waiting.length = 0;
    for (const call of [...this.#calls.values()]) {
      call.error ??= error;
      this.#settle(call);
    }
  }

  /** One timer for all calls: they time out in the order they came. */
  #watchDeadlines(next: number): void {
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        const now = performance.now();
        for (const call of this.#calls.values()) {
          if (call.deadline > now) {
            this.#watchDeadlines(call.deadline);
            return;
          }
          const { confirmTimeoutMs } = this.#settings;
          call.error ??= new AppError(
            'BROKER_TIMEOUT',
            `RabbitMQ confirmed ${call.confirmed} of ${call.bodies.length} messages within ${confirmTimeoutMs} ms`,
            { retriable: true },
          );
          this.#settle(call);
        }
      },
      Math.max(1, next - performance.now()),
    );
  }

  async #close(): Promise<void> {
    if (this.#calls.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    clearTimeout(this.#timer);
    await this.#connection.close();
  }
}

async function createQueueCheck(
  session: Session,
  queues: readonly string[],
): Promise<QueueCheck | undefined> {
  // A single queue is watched by `mandatory`.
  if (queues.length < 2) return undefined;
  const channel = await session.model.createChannel();
  session.watch(channel);
  return new QueueCheck(channel, queues);
}

function createOutlet(
  confirmChannel: ConfirmChannel,
  exchange: string,
  queueCheck: QueueCheck | undefined,
): Outlet {
  const channel = rawChannelOf(confirmChannel);
  const { frameMax } = channel.connection;
  const frames = new PublishFrames({
    channel: channel.ch,
    frameMax,
    exchange,
    contentType: ENVELOPE_CONTENT_TYPE,
  });
  return { channel, frames, queueCheck, unconfirmed: 0, saturated: false };
}

/** Sends the next `count` bodies of a call; false when the channel is closing, which rejects the call in a moment. */
function send(outlet: Outlet, call: Call, count: number): boolean {
  const { channel, frames } = outlet;
  const { connection } = channel;
  const buffer = connection.channels[channel.ch]?.buffer;
  if (!buffer) return false;
  call.outlet ??= outlet;
  call.header ??= frames.header(call.id);
  frames.encode(call.bodies, call.sent, call.sent + count, call.header, (chunk) => {
    if (!buffer.write(chunk)) outlet.saturated = true;
  });
  connection.sentSinceLastCheck = true;
  for (let index = 0; index < count; index++) channel.pushConfirmCallback(call.onConfirm);
  outlet.unconfirmed += count;
  call.sent += count;
  return true;
}

function unavailable(message: string, cause?: unknown): AppError {
  return new AppError('BROKER_UNAVAILABLE', message, { retriable: true, cause });
}

function unroutable(exchange: string, queues: readonly string[]): AppError {
  const names = queues.map((queue) => `queue "${queue}"`).join(' and ');
  return new AppError(
    'BROKER_UNROUTABLE',
    `RabbitMQ returned messages: no queue is bound to exchange "${exchange}"; bind ${names} to it`,
    { retriable: true },
  );
}
