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

interface ConsumerGroup {
  readonly memberId: string | null;
  heartbeat(this: ConsumerGroup, options: { readonly interval: number }): Promise<void>;
}

/** Kafka's error code for a member that the coordinator does not know. */
const UNKNOWN_MEMBER_ID = 25;

const load = createRequire(import.meta.url);
let isAmended = false;

/** Changes what kafkajs 2.2.4 has no setting for, in all its clients. Idempotent. */
export function amendKafkajs(): void {
  if (isAmended) return;
  isAmended = true;
  calmIdleConnections();
  leaveSilentConnections();
  joinUntilAMember();
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

/**
 * A member that its coordinator no longer knows drops its id and joins again. When that join fails as well, kafkajs fetches on
 * without an id, and so without heartbeats: nothing ends its reading of partitions that others have by then. Its next heartbeat
 * now says again that it is no member, until a join has succeeded.
 */
function joinUntilAMember(): void {
  const { prototype } = load('kafkajs/src/consumer/consumerGroup') as { prototype: ConsumerGroup };
  const { createErrorFromCode } = load('kafkajs/src/protocol/error') as {
    createErrorFromCode: (code: number) => Error;
  };
  const { heartbeat } = prototype;
  prototype.heartbeat = async function (options) {
    if (!this.memberId) throw createErrorFromCode(UNKNOWN_MEMBER_ID);
    await heartbeat.call(this, options);
  };
}
