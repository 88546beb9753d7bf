import { type Channel, type ChannelModel, connect } from 'amqplib';
import { backOffMs } from '../../back-off.ts';
import { AppError, errorMessage } from '../../errors.ts';
import type { Logger } from '../../logging.ts';
import { within } from '../within.ts';
import { socketOf } from './amqplib-internals.ts';
import type { RabbitmqSettings } from './settings.ts';

/** A silent broker (stopped, unplugged) counts as lost after two of these. */
const HEARTBEAT_SECONDS = 5;
const CONNECT_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 2_000;
/**
 * A session that lasts this long counts as successful. One that ends sooner (a missing right, a message that breaks it)
 * counts as another failed attempt; otherwise it would be rebuilt ten times a second, each time with a redelivery.
 */
const STABLE_AFTER_MS = 5_000;
/** A running broker may still not respond for a quorum queue without a leader. */
const SET_UP_TIMEOUT_MS = 15_000;

/** One established connection; it ends with the first of its channels that closes. */
export interface Session {
  readonly model: ChannelModel;
  /** Ends the session when this channel ends. Every channel must be watched. */
  watch(channel: Channel): void;
  /** Abandons the session; the connection is rebuilt. */
  lose(error: unknown): void;
}

/** Options of {@link RabbitmqConnection}. */
export interface ConnectionOptions {
  readonly settings: RabbitmqSettings;
  /** Appended to the client's name in the broker's management tools. */
  readonly purpose: string;
  readonly logger: Logger;
  /** Creates channels, topology and subscriptions on a new connection; if it rejects, the session is lost. */
  readonly setUp: (session: Session) => Promise<void>;
  /** Called once for each lost session whose `setUp` had begun. */
  readonly onLost: (error: AppError) => void;
  readonly onBlocked?: (blocked: boolean) => void;
}

/**
 * Keeps one AMQP connection with its channels alive.
 *
 * amqplib's own `recovery` brings a connection back but not a channel that closed alone (a 406, a deleted queue),
 * and it leaves the socket of a silent broker open. Here channels and connection are one session: whatever breaks
 * first ends all of it, and the next session is built from scratch, so that nothing of an old one is used by mistake.
 */
export class RabbitmqConnection {
  readonly #options: ConnectionOptions;
  readonly #logger: Logger;
  /** Without user and password, for logs and errors. */
  readonly #address: string;
  #current: { readonly session: Session; readonly channels: readonly Channel[] } | undefined;
  #ready = false;
  /** Failed attempts since the last stable session. */
  #failedAttempts = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#logger = options.logger;
    this.#address = new URL(options.settings.url).host;
  }

  /** Whether there is a session whose `setUp` has finished. */
  get ready(): boolean {
    return this.#ready;
  }

  /**
   * Establishes the first session; after that, a lost one is replaced automatically.
   * @throws AppError of the first attempt; nothing is left running then and `open` may be called again.
   */
  async open(): Promise<void> {
    await this.#establish();
  }

  /** Closes permanently. */
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
 * Writes everything from one turn of the event loop together: amqplib writes each message separately, which is a system
 * call and, without Nagle's algorithm, a packet.
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
 * Closes the connection in order if the broker responds, then destroys the socket: amqplib only half-closes it, which with
 * a silent broker would keep the socket, and so the process, alive.
 */
async function endConnection(model: ChannelModel, channels: readonly Channel[] = []): Promise<void> {
  const close = async () => {
    // RabbitMQ drops what a channel has not yet processed when the connection closes, even the last acknowledgement; a
    // channel that is closed separately processes it first.
    await Promise.allSettled(channels.map(async (channel) => channel.close()));
    await model.close();
  };
  await within(
    CLOSE_TIMEOUT_MS,
    close().catch(() => undefined),
  );
  socketOf(model).destroy();
}
