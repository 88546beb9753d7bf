import { setTimeout as sleep } from 'node:timers/promises';
import type { Servers } from '../../../../tools/servers/servers.ts';

/** File in which a node records its quorum queues; written up to a second after a queue is declared. */
const NAMES = '/var/lib/rabbitmq/mnesia/*/quorum/*/names.dets';

/**
 * Resolves when RabbitMQ has recorded a new quorum queue on disk. Version 4.0 never again elects a leader for a queue whose
 * only node is killed before that. The test's own timeout is the limit.
 */
export async function untilQueueIsOnDisk(servers: Servers, queue: string): Promise<void> {
  const look = `for file in ${NAMES}; do grep -q "$0" "$file" && echo found; done; true`;
  for (;;) {
    const found = await servers.execute('rabbitmq', ['sh', '-c', look, queue]);
    if (found.includes('found')) return;
    await sleep(50);
  }
}
