import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterLayout } from './layout.ts';
import { apiServerUrl, network, nodeNetwork } from './network.ts';

/** A certificate that `kube pki` makes; the common name is the user, an organization is a group. */
interface CertificateSpec {
  readonly name: string;
  readonly commonName: string;
  readonly organization?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly ips?: readonly string[];
}

const validDays = 365;

/** Each component has its own identity, with permissions from Kubernetes or manifests/rights.yaml. */
const certificates: readonly CertificateSpec[] = [
  {
    name: 'apiserver',
    commonName: 'kube-apiserver',
    dnsNames: ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost'],
    ips: ['127.0.0.1', nodeNetwork.node1.address, network.kubernetesService],
  },
  { name: 'front-proxy', commonName: 'front-proxy-client' },
  { name: 'kubelet-client', commonName: 'kube-apiserver-kubelet-client' },
  { name: 'admin', commonName: 'admin', organization: ['system:masters'] },
  { name: 'controller-manager', commonName: 'system:kube-controller-manager' },
  { name: 'scheduler', commonName: 'system:kube-scheduler' },
  { name: 'proxy', commonName: 'system:kube-proxy' },
  { name: 'dns', commonName: 'system:coredns' },
  { name: 'metrics', commonName: 'system:metrics-server' },
  { name: 'provisioner', commonName: 'caudal:provisioner' },
  { name: 'policies', commonName: 'caudal:policies' },
  ...(['node1', 'node2'] as const).map((node) => ({
    name: node,
    commonName: `system:node:${node}`,
    organization: ['system:nodes'],
    dnsNames: [node],
    ips: [nodeNetwork[node].address],
  })),
];

/** Kubeconfigs: one for the user and one per component that calls the API server. */
const kubeconfigs = [
  'controller-manager',
  'scheduler',
  'proxy',
  'dns',
  'metrics',
  'provisioner',
  'policies',
  'node1',
  'node2',
];

/** Input of `kube pki`. */
export function pkiSpec(layout: ClusterLayout): unknown {
  return { dir: layout.pki, validDays, certificates };
}

/** Path of a component's kubeconfig. */
export function kubeconfigOf(layout: ClusterLayout, name: string): string {
  return join(layout.pki, `${name}.kubeconfig`);
}

/** Writes all kubeconfigs, with the certificates inside, so that each file stands alone. */
export async function writeKubeconfigs(layout: ClusterLayout): Promise<void> {
  for (const name of kubeconfigs) await writeKubeconfig(layout, name, kubeconfigOf(layout, name));
  await writeKubeconfig(layout, 'admin', layout.kubeconfig);
}

async function writeKubeconfig(layout: ClusterLayout, user: string, path: string): Promise<void> {
  const read = async (file: string): Promise<string> =>
    (await readFile(join(layout.pki, file))).toString('base64');
  const cluster = { server: apiServerUrl, 'certificate-authority-data': await read('ca.crt') };
  const credentials = {
    'client-certificate-data': await read(`${user}.crt`),
    'client-key-data': await read(`${user}.key`),
  };
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'caudal', cluster }],
    users: [{ name: user, user: credentials }],
    contexts: [{ name: 'caudal', context: { cluster: 'caudal', user } }],
    'current-context': 'caudal',
  };
  // JSON is YAML; every client reads it.
  await writeFile(path, `${JSON.stringify(kubeconfig, null, 2)}\n`, { mode: 0o600 });
}
