import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** Connections that this process opens. */
export interface WatchedConnections {
  /**
   * Makes the connections that are open to a port silent, as when the machine at the other end loses its power: nothing arrives,
   * nothing is acknowledged, and no end is reported. New ones work.
   *
   * @returns how many there were
   */
  silence(port: number): number;
  /** Ends the watch. */
  stop(): void;
}

const CHANNEL = 'net.client.socket';

/** Watches all TCP connections from now on. */
export function watchConnections(): WatchedConnections {
  const sockets = new Set<Socket>();
  const onSocket = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };
  subscribe(CHANNEL, onSocket);
  return {
    silence(port) {
      const open = [...sockets].filter(({ remotePort, destroyed }) => remotePort === port && !destroyed);
      for (const socket of open) {
        socket.push = () => true;
        // Without the call of its callback, the end of a stream waits as well.
        socket._write = () => undefined;
        socket._writev = () => undefined;
        socket._final = () => undefined;
      }
      return open.length;
    },
    stop: () => void unsubscribe(CHANNEL, onSocket),
  };
}
