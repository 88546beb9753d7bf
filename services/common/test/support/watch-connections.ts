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
  /** Where those that are open lead, each with the place in the code that opened it. */
  describeOpen(): readonly string[];
  /** Ends the watch. */
  stop(): void;
}

const CHANNEL = 'net.client.socket';

/** The lines of the stack, deep enough to come out of a driver. */
function callers(): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 40;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  return stack.replace(/^.*\n/, '');
}

/** Watches all TCP connections from now on. */
export function watchConnections(): WatchedConnections {
  const sockets = new Map<Socket, string>();
  const onSocket = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    sockets.set(socket, callers());
    socket.once('close', () => sockets.delete(socket));
  };
  subscribe(CHANNEL, onSocket);
  return {
    silence(port) {
      const open = [...sockets.keys()].filter(
        ({ remotePort, destroyed }) => remotePort === port && !destroyed,
      );
      for (const socket of open) {
        socket.push = () => true;
        // Without the call of its callback, the end of a stream waits as well.
        socket._write = () => undefined;
        socket._writev = () => undefined;
        socket._final = () => undefined;
      }
      return open.length;
    },
    describeOpen: () =>
      [...sockets].map(
        ([{ remoteAddress, remotePort }, place]) => `${remoteAddress}:${remotePort}, opened\n${place}`,
      ),
    stop: () => void unsubscribe(CHANNEL, onSocket),
  };
}
