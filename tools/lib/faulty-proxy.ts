import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Proxy between a client and a server that simulates network faults. */
export interface FaultyProxy {
  readonly port: number;
  /**
   * Forwards requests but drops all replies: the client cannot know what was carried out. `pass` ends it.
   */
  swallowReplies(): void;
  /**
   * Drops the next `count` replies and resets their connections: the request was carried out, but the client sees a
   * broken connection.
   *
   * @param after replies that are delivered before these. Default 0
   */
  resetInsteadOfReplies(count: number, after?: number): void;
  /**
   * Holds the replies from the next request on that `isFirst` recognises, until `pass` delivers them; resolves when that
   * request has arrived.
   */
  holdReplies(isFirst: (request: Buffer) => boolean): Promise<void>;
  /** Refuses all traffic: resets open connections and closes new ones. `pass` ends it. */
  refuse(): void;
  /** Ends all faults. Resets connections that lost a reply: later replies would not match their requests. */
  pass(): void;
  /** Number of replies dropped or held so far. */
  readonly repliesHeldBack: number;
  close(): Promise<void>;
}

interface Connection {
  readonly client: Socket;
  readonly upstream: Socket;
  lostReply: boolean;
}

/** Listens on a free port of 127.0.0.1 and forwards to the target. */
export async function startFaultyProxy(target: {
  readonly host: string;
  readonly port: number;
}): Promise<FaultyProxy> {
  const connections = new Set<Connection>();
  let swallowing = false;
  let refusing = false;
  let resetsLeft = 0;
  let deliveredFirst = 0;
  let repliesHeldBack = 0;
  let onRequest: ((request: Buffer) => void) | undefined;
  /** Replies to deliver later; undefined while none are held. */
  let held: (() => void)[] | undefined;

  const reset = (connection: Connection): void => {
    connection.client.resetAndDestroy();
    connection.upstream.destroy();
  };
  const server = createServer({ noDelay: true }, (client) => {
    if (refusing) {
      client.on('error', () => undefined).resetAndDestroy();
      return;
    }
    const upstream = connect({ ...target, noDelay: true });
    const connection: Connection = { client, upstream, lostReply: false };
    connections.add(connection);
    const end = (): void => {
      connections.delete(connection);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', () => undefined).once('close', end);
    client.on('data', (request: Buffer) => onRequest?.(request));
    client.pipe(upstream);
    const deliver = (chunk: Buffer): void => {
      if (connection.lostReply || client.write(chunk)) return;
      upstream.pause();
      client.once('drain', () => upstream.resume());
    };
    upstream.on('data', (chunk: Buffer) => {
      if (deliveredFirst > 0) {
        deliveredFirst -= 1;
        deliver(chunk);
      } else if (swallowing || resetsLeft > 0) {
        repliesHeldBack += 1;
        connection.lostReply = true;
        if (resetsLeft > 0) {
          resetsLeft -= 1;
          reset(connection);
        }
      } else if (held !== undefined) {
        repliesHeldBack += 1;
        held.push(() => deliver(chunk));
      } else deliver(chunk);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve());
  });
  return {
    port: (server.address() as AddressInfo).port,
    swallowReplies: () => {
      swallowing = true;
    },
    resetInsteadOfReplies: (count, after = 0) => {
      resetsLeft = count;
      deliveredFirst = after;
    },
    holdReplies: (isFirst) =>
      new Promise((resolve) => {
        onRequest = (request) => {
          if (!isFirst(request)) return;
          onRequest = undefined;
          held = [];
          resolve();
        };
      }),
    refuse: () => {
      refusing = true;
      for (const connection of connections) reset(connection);
    },
    pass: () => {
      swallowing = false;
      refusing = false;
      resetsLeft = 0;
      deliveredFirst = 0;
      for (const connection of connections) if (connection.lostReply) reset(connection);
      onRequest = undefined;
      const replies = held ?? [];
      held = undefined;
      for (const deliverReply of replies) deliverReply();
    },
    get repliesHeldBack() {
      return repliesHeldBack;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const connection of connections) reset(connection);
      }),
  };
}
