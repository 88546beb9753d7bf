// Topics of the orders system, and what its users may do: for declare-topology.mjs, which adds them to its own.
const ORDERS = 'compra_detalle';
const CONFIRMED = 'compra_confirmada';
const deadLettersOf = (topic) => `${topic}.dead`;

/** Topics. `partitions` of each is the most processors, or notifiers, that read at once. */
export function topics(partitions) {
  return [ORDERS, CONFIRMED].flatMap((topic) => [
    { topic, numPartitions: partitions },
    { topic: deadLettersOf(topic), numPartitions: 1 },
  ]);
}

/** Rights as user, type of the resource, its name, operations. Who writes may see how large a record batch the topic takes. */
export function rights({ TOPIC, GROUP }, { DESCRIBE, DESCRIBE_CONFIGS, READ, WRITE }) {
  return [
    ['orders-api', TOPIC, ORDERS, [DESCRIBE, DESCRIBE_CONFIGS, WRITE]],
    ['orders-api', TOPIC, deadLettersOf(ORDERS), [DESCRIBE]],
    ['orders-processor', TOPIC, ORDERS, [DESCRIBE, READ]],
    ['orders-processor', TOPIC, deadLettersOf(ORDERS), [DESCRIBE, WRITE]],
    ['orders-processor', GROUP, 'caudal-orders-processor', [DESCRIBE, READ]],
    ['orders-processor', TOPIC, CONFIRMED, [DESCRIBE, DESCRIBE_CONFIGS, WRITE]],
    ['orders-processor', TOPIC, deadLettersOf(CONFIRMED), [DESCRIBE]],
    ['orders-notifier', TOPIC, CONFIRMED, [DESCRIBE, READ]],
    ['orders-notifier', TOPIC, deadLettersOf(CONFIRMED), [DESCRIBE, WRITE]],
    ['orders-notifier', GROUP, 'caudal-orders-notifier', [DESCRIBE, READ]],
  ];
}
