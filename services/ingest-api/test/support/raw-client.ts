import { connect, type Socket } from 'node:net';

/** A connection on which a test says byte for byte what it sends. */
export interface RawClient {
  readonly socket: Socket;
  send(data: string | Buffer): void;
  /** Resolves with everything received once this matches; rejects when the connection ends before. */
  received(pattern: RegExp): Promise<string>;
  /** Resolves with everything received once the connection has ended. */
  ended(): Promise<string>;
}

/** Connects to a port of this machine. */
export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  const watchers = new Set<() => void>();
  let isEnded = false;
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    text += chunk;
    for (const watcher of watchers) watcher();
  });
  // A reset is an end like any other; what counts is what was received before.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    isEnded = true;
    for (const watcher of watchers) watcher();
  });
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  const until = (isDone: () => boolean, isHopeless: () => boolean): Promise<string> =>
    new Promise((resolve, reject) => {
      const watch = (): void => {
        if (isDone()) resolve(text);
        else if (isHopeless())
          reject(new Error(`the connection ended after ${JSON.stringify(text.slice(0, 500))}`));
        else return;
        watchers.delete(watch);
      };
      watchers.add(watch);
      watch();
    });
  return {
    socket,
    send: (data) => socket.write(data),
    received: (pattern) =>
      until(
        () => pattern.test(text),
        () => isEnded,
      ),
    ended: () =>
      until(
        () => isEnded,
        () => false,
      ),
  };
}

/** The status lines of all answers in a text. */
export function statuses(text: string): readonly number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
}
