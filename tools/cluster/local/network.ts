import type { NodeName } from './layout.ts';

/**
 * Addresses of the local cluster. They exist only on this machine: the nodes' namespaces have no route to the outside and
 * are reachable only from this machine.
 */
export const network = {
  /** This machine's end of the wire to node1. */
  hostInterface: 'caudal0',
  hostAddress: '10.245.255.2',
  podCidr: '10.245.0.0/17',
  serviceCidr: '10.97.0.0/16',
  kubernetesService: '10.97.0.1',
  dnsService: '10.97.0.10',
  /** node1's end of the wire to node2. */
  secondNodeGateway: '10.245.254.1',
  prefixLength: 30,
  apiServerPort: 6443,
  metricsPort: 4443,
  dnsReadyPort: 8181,
} as const;

/** Each node's own address, the interface that has it, and the addresses of its pods. */
export const nodeNetwork: Readonly<Record<NodeName, { address: string; podCidr: string }>> = {
  node1: { address: '10.245.255.1', podCidr: '10.245.0.0/24' },
  node2: { address: '10.245.254.2', podCidr: '10.245.1.0/24' },
};

/** All addresses that packets of a node itself can come from. */
export const nodeAddresses: readonly string[] = [
  nodeNetwork.node1.address,
  network.secondNodeGateway,
  nodeNetwork.node2.address,
];

/** The interface that a node has towards the machine or towards node1. */
export const nodeInterface = 'eth0';

/** The API server, as seen from this machine and from every node. */
export const apiServerUrl = `https://${nodeNetwork.node1.address}:${network.apiServerPort}`;

/** The ingress, as seen from this machine. */
export const ingressUrl = `http://${nodeNetwork.node1.address}`;
