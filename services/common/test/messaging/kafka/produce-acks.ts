import { Socket } from 'node:net';
import type { TestContext } from 'node:test';

const PRODUCE = 0;
/** From this version on, a request's fields are compact and its header ends with tagged fields. */
const FIRST_COMPACT_VERSION = 9;

/**
 * Records the acknowledgements that every Produce request of this process requires, read from the bytes that its sockets
 * send: a single broker behaves the same for −1 and 1.
 *
 * @returns a function with the recorded values, in order of the requests.
 */
export function recordProduceAcks(t: TestContext): () => readonly number[] {
  const acks: number[] = [];
  const unread = new WeakMap<Socket, Buffer>();
  const { write } = Socket.prototype;
  t.mock.method(Socket.prototype, 'write', function (this: Socket, ...args: Parameters<Socket['write']>) {
    const [chunk] = args;
    const bytes = Buffer.concat([unread.get(this) ?? Buffer.alloc(0), Buffer.from(chunk as Buffer)]);
    unread.set(this, readRequests(bytes, acks));
    return write.apply(this, args);
  });
  return () => acks;
}

/** Reads complete requests from the start of `bytes`; returns the rest. */
function readRequests(bytes: Buffer, acks: number[]): Buffer {
  let rest = bytes;
  while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
    const request = rest.subarray(4, 4 + rest.readInt32BE(0));
    if (request.readInt16BE(0) === PRODUCE) acks.push(acksOf(request));
    rest = rest.subarray(4 + request.length);
  }
  return rest;
}

function acksOf(request: Buffer): number {
  const isCompact = request.readInt16BE(2) >= FIRST_COMPACT_VERSION;
  const clientId = 8;
  const afterHeader = clientId + 2 + Math.max(0, request.readInt16BE(clientId)) + (isCompact ? 1 : 0);
  // No transaction: a null string, of length −1 in two bytes or 0 in one.
  return request.readInt16BE(afterHeader + (isCompact ? 1 : 2));
}
