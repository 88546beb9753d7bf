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
  readonly rabbitmq: { readonly url: string };
  readonly kafka: { readonly brokers: string };
}): Promise<Drivers> {
  const connection: ChannelModel = await connect(addresses.rabbitmq.url);
  const channel = await connection.createConfirmChannel();
  const producer = new Kafka({
    brokers: addresses.kafka.brokers.split(','),
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
