import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between a client and a server, and does to replies what a bad network does. */
export interface FaultyProxy {
  readonly port: number;
  /**
   * From now on requests go through and no reply comes back: the client cannot know what has been done. `pass` ends it.
   */
  swallowReplies(): void;
  /**
   * The next so many replies are held back, and their connections reset: the request has been carried out, the client
   * sees a broken connection.
   */
  resetInsteadOfReplies(count: number): void;
  /** From now on nobody gets through: open connections are reset, new ones closed. `pass` ends it. */
  refuse(): void;
  /** Ends every fault. Connections that lost a reply are reset, for what would follow makes no sense to their clients. */
  pass(): void;
  /** Replies that were held back so far. */
  readonly repliesHeldBack: number;
  close(): Promise<void>;
}

interface Connection {
  readonly client: Socket;
  readonly upstream: Socket;
  lostReply: boolean;
}

/** Starts to listen on a free port of 127.0.0.1 and forwards to the target. */
export async function startFaultyProxy(target: {
  readonly host: string;
  readonly port: number;
}): Promise<FaultyProxy> {
  const connections = new Set<Connection>();
  let swallowing = false;
  let refusing = false;
  let resetsLeft = 0;
  let repliesHeldBack = 0;

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
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => {
      if (swallowing || resetsLeft > 0) {
        repliesHeldBack += 1;
        connection.lostReply = true;
        if (resetsLeft > 0) {
          resetsLeft -= 1;
          reset(connection);
        }
      } else if (!connection.lostReply && !client.write(chunk)) {
        upstream.pause();
        client.once('drain', () => upstream.resume());
      }
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
    resetInsteadOfReplies: (count) => {
      resetsLeft = count;
    },
    refuse: () => {
      refusing = true;
      for (const connection of connections) reset(connection);
    },
    pass: () => {
      swallowing = false;
      refusing = false;
      resetsLeft = 0;
      for (const connection of connections) if (connection.lostReply) reset(connection);
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
