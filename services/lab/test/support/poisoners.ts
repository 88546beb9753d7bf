import type { Lane, SharedNames } from '@caudal/common/lanes';
import type { BrokerName } from '@caudal/common/messaging';
import { readTopic } from '@caudal/common/testing';
import { connect } from 'amqplib';
import { Kafka, logLevel } from 'kafkajs';
import type { ServerAddresses } from '../../../../tools/servers/servers.ts';

/** Puts messages past ingest into a broker, and reads why they were parked. */
interface Poisoner {
  /** Puts them where every lane of this broker reads them. */
  put(addresses: ServerAddresses, names: SharedNames, bodies: readonly Buffer[]): Promise<void>;
  /** The reasons of everything in a lane's dead letters; takes them out or leaves them. */
  reasons(addresses: ServerAddresses, lane: Lane): Promise<readonly string[]>;
}

/** By broker. */
export const POISONERS: Readonly<Record<BrokerName, Poisoner>> = {
  rabbitmq: {
    async put({ rabbitmq }, { queue }, bodies) {
      const connection = await connect(rabbitmq.url);
      const channel = await connection.createConfirmChannel();
      for (const body of bodies) channel.publish(queue, '', body, { persistent: true });
      await channel.waitForConfirms();
      await connection.close();
    },
    async reasons({ rabbitmq }, { deadLetters }) {
      const connection = await connect(rabbitmq.url);
      const channel = await connection.createChannel();
      const reasons: string[] = [];
      for (;;) {
        const message = await channel.get(deadLetters, { noAck: true });
        if (message === false) break;
        reasons.push(String(message.properties.headers?.['caudal-reason']));
      }
      await connection.close();
      return reasons;
    },
  },
  kafka: {
    async put({ kafka }, { topic }, bodies) {
      const client = new Kafka({ brokers: kafka.brokers.split(','), logLevel: logLevel.NOTHING });
      const producer = client.producer();
      await producer.connect();
      await producer.send({ topic, acks: -1, messages: bodies.map((value) => ({ value })) });
      await producer.disconnect();
    },
    async reasons({ kafka }, { deadLetters }) {
      const records = await readTopic(kafka.brokers.split(','), deadLetters);
      return records.map(({ headers }) => String(headers['caudal-reason']));
    },
  },
};
