import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { Kafka, logLevel, type Producer } from 'kafkajs';

/** Both brokers through their drivers alone. */
export interface Drivers {
  readonly channel: ConfirmChannel;
  readonly producer: Producer;
  close(): Promise<void>;
}

/** Connects amqplib, with confirms, and kafkajs, with their defaults. */
export async function connectDrivers(addresses: {
  readonly rabbitmqUrl: string;
  readonly kafkaBrokers: string;
}): Promise<Drivers> {
  const connection: ChannelModel = await connect(addresses.rabbitmqUrl);
  const channel = await connection.createConfirmChannel();
  const producer = new Kafka({
    brokers: addresses.kafkaBrokers.split(','),
    logLevel: logLevel.ERROR,
  }).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  return {
    channel,
    producer,
    async close() {
      await producer.disconnect();
      await connection.close();
    },
  };
}
