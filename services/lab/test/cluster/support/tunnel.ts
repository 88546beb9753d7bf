import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { KubeConfig, PortForward } from '@kubernetes/client-node';
import type { RunningCluster } from '../../../../../tools/cluster/provider.ts';

/** A loopback port of this machine that leads to a port of a pod, one connection for each that is made to it. */
export interface Tunnel {
  readonly port: number;
  close(): Promise<void>;
}

/** Opens a {@link Tunnel} through the API server; NetworkPolicies do not apply to it. */
export async function openTunnel(
  running: RunningCluster,
  { namespace, pod, port }: { readonly namespace: string; readonly pod: string; readonly port: number },
): Promise<Tunnel> {
  const config = new KubeConfig();
  config.loadFromFile(running.kubeconfig);
  if (running.context !== undefined) config.setCurrentContext(running.context);
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

/** Does some work with tunnels to ports of components, by the names given, and closes them. */
export async function withTunnels<Name extends string, Result>(
  running: RunningCluster,
  targets: Readonly<
    Record<Name, { readonly namespace: string; readonly pod: string; readonly port: number }>
  >,
  work: (ports: Readonly<Record<Name, number>>) => Promise<Result>,
): Promise<Result> {
  const opened: [string, Tunnel][] = [];
  try {
    for (const [name, target] of Object.entries(targets) as [Name, (typeof targets)[Name]][])
      opened.push([name, await openTunnel(running, target)]);
    return await work(
      Object.fromEntries(opened.map(([name, { port }]) => [name, port])) as Record<Name, number>,
    );
  } finally {
    await Promise.all(opened.map(([, tunnel]) => tunnel.close()));
  }
}
