import { createLogger } from '@caudal/common/logging';
import { createPublisher } from '@caudal/common/messaging';
import { kafkaBroker, rabbitmqBroker } from '../bed.ts';

/** Creates queue, exchange and topic `name` as Caudal's own publishers do, for programs that use the drivers alone. */
export async function createTopology(
  addresses: { readonly rabbitmq: { readonly url: string }; readonly kafka: { readonly brokers: string } },
  name: string,
): Promise<void> {
  for (const broker of [rabbitmqBroker(addresses, name), kafkaBroker(addresses, name)]) {
    const publisher = await createPublisher(broker, { logger: createLogger('bench', 'error') });
    await publisher.connect();
    await publisher.close();
  }
}
