/** Kafka connection and names. */
export interface KafkaSettings {
  /** The driver to use. */
  readonly client: 'kafkajs' | 'platformatic';
  readonly clientId: string;
  /** `host:port` of one or more brokers. */
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly deadLetterTopic: string;
  /** Consumer group; all replicas of a lane share it. */
  readonly group: string;
  /** `create` makes missing topics, `check` only verifies that they exist. */
  readonly topology: 'create' | 'check';
  /** Partitions of a topic that is created: the maximum number of consumers that can work at once. */
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly minInsyncReplicas: number;
  /**
   * The largest record batch that the topic accepts, bytes; a lower value from the broker takes precedence, if the right to
   * DescribeConfigs is granted. Default 1,048,588, which is Kafka's.
   */
  readonly maxMessageBytes?: number | undefined;
  /** Maximum size of a fetch per partition, bytes; times the partitions it bounds a consumer's memory. */
  readonly maxBytesPerPartition: number;
  /**
   * Time for which the broker gathers what arrives before it answers a fetch, ms: many partitions with few messages then come by few
   * requests. At most half of `requestTimeoutMs`. Default 0: the first message is handed over at once.
   */
  readonly gatherMs?: number | undefined;
  readonly requestTimeoutMs: number;
  /** Session timeout: a consumer without heartbeats for longer loses its partitions. */
  readonly sessionTimeoutMs: number;
  /** Maximum time to discover added partitions. Default one minute. */
  readonly metadataMaxAgeMs?: number | undefined;
  /** TLS with this CA (PEM), or the system's CAs if undefined; no TLS if absent. */
  readonly tls?: { readonly ca: string | undefined } | undefined;
  readonly sasl?:
    | {
        readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
        readonly username: string;
        readonly password: string;
      }
    | undefined;
}
