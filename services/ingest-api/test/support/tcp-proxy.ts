import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy that a test can make silent or cut. */
export interface TcpProxy {
  readonly port: number;
  /** Swallows everything the target says, from now on. */
  silence(): void;
  /** Resets all connections and takes no new ones. */
  cut(): Promise<void>;
  /** As at the start. */
  restore(): Promise<void>;
}

/** Passes connections on to a port of this machine. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isSilent = false;
  let server: Server | undefined;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const open = async (port: number): Promise<Server> => {
    const opened = createServer((client) => {
      const target = connect(targetPort, '127.0.0.1');
      keep(client);
      keep(target);
      client.on('data', (chunk) => target.write(chunk)).on('close', () => target.destroy());
      target.on('close', () => client.destroy());
      target.on('data', (chunk) => {
        if (!isSilent) client.write(chunk);
      });
    });
    opened.listen(port, '127.0.0.1');
    await once(opened, 'listening');
    return opened;
  };
  server = await open(0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    silence: () => {
      isSilent = true;
    },
    async cut() {
      const closed = server && once(server, 'close');
      server?.close();
      server = undefined;
      for (const socket of sockets) socket.resetAndDestroy();
      await closed;
    },
    async restore() {
      isSilent = false;
      server ??= await open(port);
    },
  };
}
