import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Balances connections over several servers in turn, skipping those that refuse. */
export interface RoundRobinProxy {
  readonly port: number;
  /** Sets the ports of 127.0.0.1 for new connections. */
  setTargets(ports: readonly number[]): void;
  /** Bytes sent to a port so far, over all connections. */
  bytesSentTo(port: number): number;
  /** Number of connections that a server has broken before it had answered. */
  cutOff(): number;
  /** Number of answers that were late. */
  answeredLate(): number;
  close(): Promise<void>;
}

/** Longer than any answer takes, unless its server hangs. */
const LATE_AFTER_MS = 1_000;

/**
 * Starts to listen on 127.0.0.1; port 0 lets the system choose.
 * @param lateAfterMs time from the last byte of a request to the first one of its answer, from which on it counts as late
 */
export async function startRoundRobinProxy(
  port: number,
  lateAfterMs = LATE_AFTER_MS,
): Promise<RoundRobinProxy> {
  let targets: readonly number[] = [];
  let turn = 0;
  const sockets = new Set<Socket>();
  const upstreams = new Map<Socket, number>();
  /** Bytes of closed connections, by port. */
  const sent = new Map<number, number>();
  let cutOff = 0;
  let late = 0;
  const count = (upstream: Socket, port: number): void => {
    upstreams.set(upstream, port);
    upstream.once('close', () => {
      upstreams.delete(upstream);
      sent.set(port, (sent.get(port) ?? 0) + upstream.bytesWritten);
    });
  };
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };
  const forward = (client: Socket, candidates: readonly number[]): void => {
    const [target, ...rest] = candidates;
    if (target === undefined || client.destroyed) {
      client.destroy();
      return;
    }
    const upstream = connect({ host: '127.0.0.1', port: target, noDelay: true });
    keep(upstream);
    count(upstream, target);
    upstream.once('error', () => forward(client, rest));
    upstream.once('connect', () => {
      upstream.removeAllListeners('error');
      let answeredBytes = 0;
      let askedAt: number | undefined;
      client.on('data', () => {
        askedAt = performance.now();
      });
      upstream.on('data', () => {
        answeredBytes = upstream.bytesWritten;
        if (askedAt !== undefined && performance.now() - askedAt >= lateAfterMs) late += 1;
        askedAt = undefined;
      });
      const lose = (): void => {
        if (!client.destroyed && upstream.bytesWritten > answeredBytes) cutOff += 1;
        client.destroy();
      };
      upstream.on('error', lose);
      client.on('error', () => upstream.destroy());
      client.once('close', () => upstream.destroy());
      upstream.once('close', lose);
      client.pipe(upstream).pipe(client);
    });
  };
  const server = createServer({ noDelay: true, pauseOnConnect: true }, (client) => {
    keep(client);
    client.on('error', () => undefined);
    turn += 1;
    const first = turn % Math.max(1, targets.length);
    forward(client, [...targets.slice(first), ...targets.slice(0, first)]);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  return {
    port: (server.address() as AddressInfo).port,
    setTargets: (ports) => {
      targets = [...ports];
    },
    bytesSentTo: (wanted) =>
      [...upstreams].reduce(
        (sum, [upstream, target]) => sum + (target === wanted ? upstream.bytesWritten : 0),
        sent.get(wanted) ?? 0,
      ),
    cutOff: () => cutOff,
    answeredLate: () => late,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
