import type { Environment } from '../config/parse-config.ts';
import type { Logger } from '../logging.ts';
import type { DeadLetterReader, LogTail } from './log-tail.ts';
import type { LogWriter } from './log-writer.ts';
import type { BacklogReader, MessageConsumer, MessagePublisher } from './ports.ts';

/** Common dependencies of all clients. */
export interface ClientOptions {
  readonly logger: Logger;
}

/** Optional settings of a consumer. */
export interface ConsumerOptions extends ClientOptions {
  /** Maximum messages per batch; larger deliveries are split. Default: the broker's `defaultBatchMessages`. */
  readonly maxBatchMessages?: number | undefined;
}

/** Names that all lanes of a deployment have in common; a broker uses those it has a use for. */
export interface SharedBrokerNames {
  /** The exchange, and the queue of the default lane. */
  readonly queue: string;
  readonly topic: string;
  /** Consumer group of the default lane. */
  readonly group: string;
}

/** Names that a lane has at its broker for itself. */
export interface LaneBrokerNames {
  /** What its consumers read: a queue, or a consumer group. */
  readonly subscription: string;
  /** Queue or topic that its consumers move poison to. */
  readonly deadLetters: string;
}

/** Names of a lane as far as they are configured. */
export type GivenNames = { readonly [Name in keyof LaneBrokerNames]?: LaneBrokerNames[Name] | undefined };

/** Everything the services have to know about a broker; drivers are loaded on first use. */
export interface BrokerKind<Settings> {
  /** Its name in sentences. */
  readonly title: string;
  /** A `queue` deletes what was acknowledged; a `log` keeps it, and the store keeps the position. */
  readonly kind: 'queue' | 'log';
  /** Maximum messages of a batch unless configured. */
  readonly defaultBatchMessages: number;
  /**
   * Reads its environment variables.
   * @throws ConfigError that lists every problem.
   */
  readSettings(environment: Environment, clientId: string): Settings;
  /** The same connection with a lane's names; those that are absent stay. */
  forLane(settings: Settings, names: GivenNames): Settings;
  /** Derives a lane's names; without `lane` those of the default lane, which has the shared names as they are. */
  laneNames(names: SharedBrokerNames, lane?: string): LaneBrokerNames;
  createPublisher(settings: Settings, options: ClientOptions): Promise<MessagePublisher>;
  createConsumer(settings: Settings, options: ConsumerOptions): Promise<MessageConsumer>;
  createBacklogReader(settings: Settings, options: ClientOptions): Promise<BacklogReader>;
  /** Present for a log. */
  createLogWriter?(settings: Settings, options: ClientOptions): Promise<LogWriter>;
  /** Present for a log. */
  createLogTail?(settings: Settings, options: ClientOptions): Promise<LogTail>;
  /** Present for a log: a queue counts it as a delivery when a client looks, and drops what was delivered too often. */
  createDeadLetterReader?(settings: Settings): Promise<DeadLetterReader>;
}
