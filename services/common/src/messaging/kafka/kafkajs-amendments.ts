import { createRequire } from 'node:module';
import type { Socket } from 'node:net';

interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(this: RequestQueue): void;
}

interface Connection {
  readonly socket: Socket | null;
  send(this: Connection, protocol: unknown): Promise<unknown>;
}

const load = createRequire(import.meta.url);
let isAmended = false;

/** Changes what kafkajs 2.2.4 has no setting for, in all its clients. Idempotent. */
export function amendKafkajs(): void {
  if (isAmended) return;
  isAmended = true;
  calmIdleConnections();
  leaveSilentConnections();
}

/**
 * kafkajs re-arms a timer every millisecond on every idle connection (its computed delay is negative): 2 % of a core each.
 * With nothing pending there is nothing to check, and a new request arms the timer anyway.
 */
function calmIdleConnections(): void {
  const { prototype } = load('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function () {
    if (this.pending.length > 0) schedule.call(this);
  };
}

/**
 * kafkajs keeps a connection on which requests time out. When a broker's machine has lost its power and the broker returns
 * under another address, nothing ends the old connection until the kernel gives it up, after about 15 minutes; meanwhile
 * every request on it times out. Kafka's own client closes it at the first timeout (`NetworkClient.handleTimedOutRequests`).
 */
function leaveSilentConnections(): void {
  const { prototype } = load('kafkajs/src/network/connection') as { prototype: Connection };
  // Its ES module does not name the classes of its errors.
  const { KafkaJSRequestTimeoutError } = load('kafkajs') as typeof import('kafkajs');
  const { send } = prototype;
  prototype.send = async function (protocol) {
    const { socket } = this;
    try {
      return await send.call(this, protocol);
    } catch (error) {
      if (error instanceof KafkaJSRequestTimeoutError) socket?.destroy(error);
      throw error;
    }
  };
}
