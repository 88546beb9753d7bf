import { connect, type Socket } from 'node:net';

/**
 * As much of Ignite's thin client protocol (1.7.0, little-endian) as it takes to see that a node serves and to change a
 * password. https://ignite.apache.org/docs/latest/binary-client-protocol/binary-client-protocol
 */
export interface ThinClient {
  /** Whether the cluster is active. An inactive one serves no data. */
  isActive(): Promise<boolean>;
  activate(): Promise<void>;
  /** Runs a statement that returns no rows. */
  run(statement: string): Promise<void>;
  close(): void;
}

/** A node does not let this user in. */
export class AccessRefusedError extends Error {}

const timeoutMs = 2_000;
const authenticationFailed = 2_000;
const operations = { sqlFields: 2_004, getState: 5_000, changeState: 5_001 } as const;

/**
 * Connects to a node on 127.0.0.1. The caller closes it.
 *
 * @throws AccessRefusedError for a wrong password; Error if there is no answer within 2 s
 */
export async function connectThinClient(port: number, user: string, password: string): Promise<ThinClient> {
  const socket = connect({ host: '127.0.0.1', port });
  const nextFrame = framesOf(socket);
  try {
    socket.write(handshake(user, password));
    const reply = await nextFrame();
    if (reply.readUInt8(0) !== 1) throw refusal(reply);
  } catch (error) {
    socket.destroy();
    throw error;
  }

  /** One request at a time. */
  async function call(operation: number, ...fields: readonly Buffer[]): Promise<Buffer> {
    socket.write(frame(int16(operation), int64(1), ...fields));
    const reply = await nextFrame();
    const flags = reply.readInt16LE(8);
    // A change of the topology is reported by its version in front.
    const body = reply.subarray((flags & 2) === 0 ? 10 : 22);
    if ((flags & 1) !== 0) throw new Error(`Ignite: ${body.toString('utf8', 9)}`);
    return body;
  }

  return {
    isActive: async () => (await call(operations.getState)).readUInt8(0) === 1,
    activate: async () => {
      await call(operations.changeState, byte(1));
    },
    run: async (statement) => {
      const [noCache, noArguments, allRows, page] = [int32(0), int32(0), int32(-1), int32(1)];
      const options = [byte(0), ...Array.from({ length: 6 }, () => byte(0))];
      await call(
        operations.sqlFields,
        ...[noCache, byte(0), text('PUBLIC'), page, allRows, text(statement), noArguments],
        ...[byte(0), ...options, int64(0), byte(0)],
      );
    },
    close: () => socket.destroy(),
  };
}

function handshake(user: string, password: string): Buffer {
  const [thinClient, noFeatures] = [byte(2), Buffer.from([12, 0, 0, 0, 0])];
  return frame(byte(1), int16(1), int16(7), int16(0), thinClient, noFeatures, text(user), text(password));
}

function refusal(reply: Buffer): Error {
  // Status, version of the server, then the reason as a string (type, length, bytes) and its code.
  const length = reply.readInt32LE(8);
  const message = `Ignite: ${reply.toString('utf8', 12, 12 + length)}`;
  return reply.readInt32LE(12 + length) === authenticationFailed
    ? new AccessRefusedError(message)
    : new Error(message);
}

/** Gives the frames of a socket, one a call; fails when it is closed or silent. */
function framesOf(socket: Socket): () => Promise<Buffer> {
  let received = Buffer.alloc(0);
  let failure: Error | undefined;
  let check = () => undefined as unknown;
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)));
  socket.on('error', (error) => {
    failure = error;
  });
  socket.on('close', () => {
    failure ??= new Error('connection closed');
    check();
  });
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    check();
  });
  return () =>
    new Promise((resolve, reject) => {
      check = () => {
        const end = received.length < 4 ? Number.POSITIVE_INFINITY : 4 + received.readInt32LE(0);
        if (received.length >= end) {
          resolve(received.subarray(4, end));
          received = received.subarray(end);
        } else if (failure !== undefined) reject(failure);
      };
      check();
    });
}

function frame(...fields: readonly Buffer[]): Buffer {
  const body = Buffer.concat(fields);
  return Buffer.concat([int32(body.length), body]);
}

function byte(value: number): Buffer {
  return Buffer.from([value]);
}

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16LE(value);
  return buffer;
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32LE(value);
  return buffer;
}

function int64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64LE(BigInt(value));
  return buffer;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([byte(9), int32(bytes.length), bytes]);
}
