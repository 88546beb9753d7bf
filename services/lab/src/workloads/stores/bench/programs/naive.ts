import { Kafka, logLevel } from 'kafkajs';
import { createMeter, required } from '../../../../bench/programs/meter.ts';

/** A message as the naive programs write it. */
export interface NaiveMessage {
  /** Producer and sequence. */
  readonly identity: string;
  readonly country: string;
  readonly weather: string;
  readonly description: string;
}

/**
 * Reads a topic one message at a time and awaits one write for each, as the system did that this one descends from. Its read loop is
 * kafkajs' `eachMessage`.
 */
export async function consumeNaively(
  write: (message: NaiveMessage) => Promise<void>,
  close: () => Promise<void>,
): Promise<void> {
  const kafka = new Kafka({ brokers: [required('KAFKA_BROKERS')], logLevel: logLevel.ERROR });
  const consumer = kafka.consumer({ groupId: required('KAFKA_GROUP'), maxWaitTimeInMs: 100 });
  const expected = Number(required('BENCH_MESSAGES'));
  const meter = createMeter(expected, async () => {
    await consumer.disconnect();
    await close();
  });
  let written = 0;
  await consumer.connect();
  await consumer.subscribe({ topics: [required('KAFKA_TOPIC')], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message: { value } }) => {
      // Its rows are counted afterwards: not one more than was measured.
      if (written === expected) return;
      meter.began();
      const { producer, sequence, country, weather, description } = JSON.parse(String(value)) as {
        readonly producer: string;
        readonly sequence: number;
        readonly country: string;
        readonly weather: string;
        readonly description: string;
      };
      await write({ identity: `${producer}:${sequence}`, country, weather, description });
      written += 1;
      meter.done(1);
    },
  });
}
