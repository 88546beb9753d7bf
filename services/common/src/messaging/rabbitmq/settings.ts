/** A lane's queue, and the one for its poison. */
export interface LaneQueue {
  readonly queue: string;
  readonly deadLetterQueue: string;
}

/** RabbitMQ connection and names. */
export interface RabbitmqSettings {
  readonly clientId: string;
  /** `amqp://` or `amqps://`, with user, password and virtual host. */
  readonly url: string;
  /** PEM of the CA for `amqps://`; the system's CAs if undefined. */
  readonly ca: string | undefined;
  /**
   * `http://` or `https://` address of the management API, used only by backlog readers. User and password default to
   * those of `url`. Without it the backlog excludes what consumers hold.
   */
  readonly managementUrl?: string | undefined;
  /** Fanout exchange that feeds the queues of all lanes. Default: the name of `queue`. */
  readonly exchange?: string | undefined;
  /** Quorum queue of the lane. */
  readonly queue: string;
  /** Quorum queue for poison, and the fanout exchange of the same name that feeds it. */
  readonly deadLetterQueue: string;
  /** For publishers: the queues of all lanes, which must be bound to the exchange. Default: `queue` alone. */
  readonly queues?: readonly LaneQueue[] | undefined;
  /** `create` declares queues, exchanges and bindings, `check` only verifies that they exist. */
  readonly topology: 'create' | 'check';
  /** Deliveries after which the broker parks a message: the protection against a message that kills its consumer. */
  readonly deliveryLimit: number;
  /** Prefetch: maximum unacknowledged messages per consumer; bounds its memory. */
  readonly prefetch: number;
  /** Messages sent and not yet confirmed per publisher. */
  readonly confirmWindow: number;
  /** Timeout of a confirm; the outcome is unknown when exceeded. */
  readonly confirmTimeoutMs: number;
}
