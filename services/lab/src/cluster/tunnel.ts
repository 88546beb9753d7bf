import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { KubeConfig, PortForward } from '@kubernetes/client-node';

/** A cluster as its kubeconfig names it. */
export interface ClusterAddress {
  /** Path of the kubeconfig. */
  readonly kubeconfig: string;
  /** The kubeconfig's current context when not given. */
  readonly context?: string | undefined;
}

/** A port of a pod. */
export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** A loopback port of this machine forwarded to a port of a pod. */
interface Tunnel {
  readonly port: number;
  close(): Promise<void>;
}

/** Opens a {@link Tunnel} through the API server; NetworkPolicies do not apply to it. */
async function openTunnel(
  { kubeconfig, context }: ClusterAddress,
  { namespace, pod, port }: PodPort,
): Promise<Tunnel> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  const forward = new PortForward(config);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    forward.portForward(namespace, pod, [port], socket, null, socket, 0).then(
      (connection) => {
        if (typeof connection === 'function') return;
        connection.addEventListener('close', () => socket.destroy());
        connection.addEventListener('error', () => socket.destroy());
        socket.once('close', () => connection.close());
      },
      () => socket.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Calls `work` with a forwarded port for each target, and closes all of them. */
export async function withTunnels<Name extends string, Result>(
  cluster: ClusterAddress,
  targets: Readonly<Record<Name, PodPort>>,
  work: (ports: Readonly<Record<Name, number>>) => Promise<Result>,
): Promise<Result> {
  const opened: [string, Tunnel][] = [];
  try {
    for (const [name, target] of Object.entries(targets) as [Name, PodPort][])
      opened.push([name, await openTunnel(cluster, target)]);
    return await work(
      Object.fromEntries(opened.map(([name, { port }]) => [name, port])) as Record<Name, number>,
    );
  } finally {
    await Promise.all(opened.map(([, tunnel]) => tunnel.close()));
  }
}
