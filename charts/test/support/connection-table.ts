/** Everyone asks for names. */
const names = (...components: readonly string[]) => components.map((from) => `${from} → anywhere:53`);

/**
 * Every connection that Caudal needs with the default values and NetworkPolicies on, as `from → to:port` by component.
 * `anyone` is whoever is not of the release, `anywhere` whatever is not. Nothing else may be possible: one test compares
 * it with the rendered policies, another with what the pods on a cluster reach.
 */
export const intendedConnections: readonly string[] = [
  'anyone → ingest:8080',
  'anyone → console:8081',
  'anyone → grafana:3000',
  'ingest → rabbitmq:5672',
  'ingest → kafka:9092',
  'rabbitmq-valkey-consumer → rabbitmq:5672',
  'rabbitmq-valkey-consumer → valkey:6379',
  'kafka-redis-consumer → kafka:9092',
  'kafka-redis-consumer → redis:6379',
  'console → rabbitmq:5672',
  'console → rabbitmq:15672',
  'console → kafka:9092',
  'console → valkey:6379',
  'console → redis:6379',
  'console → prometheus:9090',
  'grafana → prometheus:9090',
  'kafka-topology → kafka:9092',
  'rabbitmq → rabbitmq:4369',
  'rabbitmq → rabbitmq:25672',
  'kafka → kafka:9092',
  'kafka → kafka:9093',
  'prometheus → ingest:9090',
  'prometheus → console:9090',
  'prometheus → rabbitmq-valkey-consumer:9090',
  'prometheus → kafka-redis-consumer:9090',
  'prometheus → rabbitmq:15692',
  'loadtest → ingest:8080',
  'test → ingest:8080',
  'test → ingest:9090',
  'test → console:9090',
  'test → rabbitmq-valkey-consumer:9090',
  'test → kafka-redis-consumer:9090',
  ...names('ingest', 'console', 'rabbitmq-valkey-consumer', 'kafka-redis-consumer', 'kafka-topology'),
  ...names('rabbitmq', 'kafka', 'valkey', 'redis', 'prometheus', 'grafana', 'loadtest', 'test'),
];
