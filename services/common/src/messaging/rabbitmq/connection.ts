import { type Channel, type ChannelModel, connect } from 'amqplib';
import { AppError, errorMessage } from '../../errors.ts';
import type { Logger } from '../../logging.ts';
import { backOffMs } from '../back-off.ts';
import type { RabbitmqSettings } from '../settings.ts';
import { within } from '../within.ts';
import { socketOf } from './amqplib-internals.ts';

/** A silent broker (stopped, unplugged) counts as gone after two of these. */
const HEARTBEAT_SECONDS = 5;
const CONNECT_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 2_000;
/**
 * A session that lives this long was a success. One that ends sooner (a right that is missing, a message that breaks
 * it) counts as one more failed attempt, or it would come again ten times a second, each time with a redelivery.
 */
const STABLE_AFTER_MS = 5_000;
/** A broker that is up may still not answer for a quorum queue without a leader. */
const SET_UP_TIMEOUT_MS = 15_000;

/** One established connection; it ends with the first of its channels that closes. */
export interface Session {
  readonly model: ChannelModel;
  /** Makes a channel's end the session's end. Every channel that is made must be watched. */
  watch(channel: Channel): void;
  /** Gives the session up; the connection is rebuilt. */
  lose(error: unknown): void;
}

/** What a {@link RabbitmqConnection} needs. */
export interface ConnectionOptions {
  readonly settings: RabbitmqSettings;
  /** Shown by the broker's management tools behind the client's name. */
  readonly purpose: string;
  readonly logger: Logger;
  /** Makes channels, topology and subscriptions on a fresh connection; when it rejects the session is lost. */
  readonly setUp: (session: Session) => Promise<void>;
  /** A session whose `setUp` had begun is gone; called once for each. */
  readonly onLost: (error: AppError) => void;
  readonly onBlocked?: (blocked: boolean) => void;
}

/**
 * Keeps one AMQP connection alive, with everything on it.
 *
 * amqplib's own `recovery` brings a connection back but not a channel that closed alone (a 406, a deleted queue),
 * and it leaves the socket of a silent broker open. Here channels and connection are one session: whatever breaks
 * first ends all of it, and the next session is built from nothing, so nothing of an old one can be used by mistake.
 */
export class RabbitmqConnection {
  readonly #options: ConnectionOptions;
  readonly #logger: Logger;
  /** Without user and password, for logs and errors. */
  readonly #address: string;
  #current: { readonly session: Session; readonly channels: readonly Channel[] } | undefined;
  #ready = false;
  /** Since the last session that was stable. */
  #failedAttempts = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#logger = options.logger;
    this.#address = new URL(options.settings.url).host;
  }

  /** Whether a session stands and its `setUp` is done. */
  get ready(): boolean {
    return this.#ready;
  }

  /**
   * Makes the first session; from its success on a lost one is replaced without help.
   * @throws AppError of the first attempt; nothing is left running then and `open` may be called again.
   */
  async open(): Promise<void> {
    await this.#establish();
  }

  /** Closes for good. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #establish(): Promise<void> {
    const { settings, purpose } = this.#options;
    const url = new URL(settings.url);
    url.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
    let model: ChannelModel;
    try {
      model = await connect(url.href, {
        timeout: CONNECT_TIMEOUT_MS,
        noDelay: true,
        keepAlive: true,
        clientProperties: { connection_name: `${settings.clientId} ${purpose}` },
        ...(settings.ca === undefined ? {} : { ca: [Buffer.from(settings.ca)] }),
      });
    } catch (error) {
      throw this.#unavailable(error);
    }
    try {
      coalesceWrites(model);
    } catch (error) {
      await model.close();
      throw error;
    }
    let broken: AppError | undefined;
    let establishedAtMs: number | undefined;
    const lose = (error: unknown) => {
      if (broken) return;
      broken = error instanceof AppError ? error : this.#unavailable(error);
      if (this.#current?.session === session) {
        this.#current = undefined;
        this.#ready = false;
      }
      void endConnection(model);
      this.#options.onLost(broken);
      if (establishedAtMs === undefined || this.#closed) return;
      if (performance.now() - establishedAtMs >= STABLE_AFTER_MS) this.#failedAttempts = 0;
      this.#reconnect(broken);
    };
    // Errors are stored and reported by the `close` that always follows: handling both would act twice.
    let cause: unknown;
    const channels: Channel[] = [];
    const watch = (channel: Channel) => {
      channels.push(channel);
      channel.on('error', (error) => {
        cause ??= error;
      });
      channel.on('close', () => {
        if (!this.#closed) lose(cause ?? new Error('the channel closed'));
      });
      channel.on('handler-error', (error: unknown) => lose(error));
    };
    model.on('error', (error) => {
      cause ??= error;
    });
    model.on('close', (error) => lose(cause ?? error ?? new Error('the connection closed')));
    model.on('handler-error', (error: unknown) => lose(error));
    model.on('blocked', (reason) => {
      this.#logger.warn({ reason }, 'RabbitMQ blocks publishers: a memory or disk alarm is on');
      this.#options.onBlocked?.(true);
    });
    model.on('unblocked', () => {
      this.#logger.info('RabbitMQ accepts messages again');
      this.#options.onBlocked?.(false);
    });
    const session: Session = { model, watch, lose };
    this.#current = { session, channels };
    this.#options.onBlocked?.(false);
    const timer = setTimeout(() => {
      const wait = `did not answer within ${SET_UP_TIMEOUT_MS} ms`;
      lose(new Error(`it ${wait}; has queue "${settings.queue}" a leader? (rabbitmq-queues quorum_status)`));
    }, SET_UP_TIMEOUT_MS);
    try {
      await this.#options.setUp(session);
    } catch (error) {
      lose(error);
    } finally {
      clearTimeout(timer);
    }
    if (broken) throw broken;
    if (this.#closed) {
      lose(new AppError('STOPPING', 'the RabbitMQ connection is being closed'));
      return;
    }
    establishedAtMs = performance.now();
    this.#ready = true;
  }

  #reconnect(reason: AppError): void {
    const attempt = ++this.#failedAttempts;
    const waitMs = backOffMs(attempt);
    this.#logger.warn({ attempt, waitMs, code: reason.code }, `RabbitMQ: ${reason.message}; reconnecting`);
    this.#retryTimer = setTimeout(() => {
      if (this.#closed) return;
      this.#establish().then(
        () => {
          if (!this.#closed) this.#logger.info({ attempt }, 'connected to RabbitMQ again');
        },
        (error: unknown) => {
          if (!this.#closed) this.#reconnect(this.#unavailable(error));
        },
      );
    }, waitMs);
  }

  #unavailable(error: unknown): AppError {
    if (error instanceof AppError) return error;
    return new AppError('BROKER_UNAVAILABLE', `RabbitMQ at ${this.#address}: ${errorMessage(error)}`, {
      retriable: true,
      cause: error,
    });
  }

  async #close(): Promise<void> {
    this.#ready = false;
    clearTimeout(this.#retryTimer);
    if (!this.#current) return;
    const { session, channels } = this.#current;
    await endConnection(session.model, channels);
    session.lose(new AppError('STOPPING', 'the RabbitMQ connection was closed'));
  }
}

/**
 * amqplib writes message by message, each a system call and, without Nagle's delay, a packet. What one turn of the
 * event loop writes leaves together instead.
 */
function coalesceWrites(model: ChannelModel): void {
  const socket = socketOf(model);
  const write = socket.write.bind(socket) as (chunk: Buffer) => boolean;
  let corked = false;
  const uncork = () => {
    corked = false;
    socket.uncork();
  };
  socket.write = (chunk: Buffer) => {
    if (!corked) {
      corked = true;
      socket.cork();
      process.nextTick(uncork);
    }
    return write(chunk);
  };
}

/**
 * Says goodbye where the broker listens, then destroys the socket: amqplib only half-closes it, and towards a
 * silent broker that would keep the socket, and so the process, alive.
 */
async function endConnection(model: ChannelModel, channels: readonly Channel[] = []): Promise<void> {
  const close = async () => {
    // RabbitMQ drops what a channel still has in hand when the connection closes, even the last acknowledgement; a
    // channel that is closed by itself carries it out first.
    await Promise.allSettled(channels.map(async (channel) => channel.close()));
    await model.close();
  };
  await within(
    CLOSE_TIMEOUT_MS,
    close().catch(() => undefined),
  );
  socketOf(model).destroy();
}
