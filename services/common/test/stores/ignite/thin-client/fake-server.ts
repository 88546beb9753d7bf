import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { FrameReader } from '../../../../src/stores/ignite/thin-client/frame-reader.ts';

/** An accepted handshake: success, no features, a node's ID of null. */
export const ACCEPTED = Buffer.from([1, 12, 0, 0, 0, 0, 101]);

/** A server of the tests' own. */
export interface FakeServer {
  readonly port: number;
  /** Connections accepted so far. */
  readonly connections: readonly Socket[];
  close(): Promise<void>;
}

/** A frame around this payload. */
export function framed(payload: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32LE(payload.length);
  return Buffer.concat([length, payload]);
}

/** Payload of an answer to a request, with these flags. */
export function answer(request: Buffer, flags: number, ...parts: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(10);
  head.writeBigInt64LE(request.readBigInt64LE(2));
  head.writeInt16LE(flags, 8);
  return Buffer.concat([head, ...parts]);
}

/** Listens on a free port and passes every frame on; with a key and a certificate, by TLS. */
export async function startFakeServer(
  onFrame: (frame: Buffer, socket: Socket, count: number) => void,
  tls?: { readonly key: string; readonly cert: string },
): Promise<FakeServer> {
  const connections: Socket[] = [];
  const onConnection = (socket: Socket): void => {
    connections.push(socket);
    const frames = new FrameReader(2 ** 20);
    let count = 0;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      for (const frame of frames.push(chunk)) {
        onFrame(frame, socket, count);
        count += 1;
      }
    });
  };
  const server: Server = tls === undefined ? createServer(onConnection) : createTlsServer(tls, onConnection);
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve());
  });
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of connections) socket.destroy();
      }),
  };
}

/** Accepts the handshake, then calls `onRequest` with each request. */
export function startAcceptingServer(
  onRequest: (request: Buffer, socket: Socket) => void,
): Promise<FakeServer> {
  return startFakeServer((frame, socket, count) => {
    if (count === 0) socket.write(framed(ACCEPTED));
    else onRequest(frame, socket);
  });
}
