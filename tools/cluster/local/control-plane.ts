import { join } from 'node:path';
import { kubeconfigOf } from './identities.ts';
import type { ClusterLayout } from './layout.ts';
import { apiServerUrl, network, nodeNetwork } from './network.ts';

/** A process that `kube node` keeps running; `after` is a URL that has to answer first. */
export interface ProcessSpec {
  readonly name: string;
  readonly args: readonly string[];
  readonly after?: string;
}

const etcdUrl = 'http://127.0.0.1:2379';
const apiServerReady = `${apiServerUrl}/readyz`;

/** Components that run only on node1. All listen only in its network namespace. */
export function controlPlane(layout: ClusterLayout, kube: string): readonly ProcessSpec[] {
  const pki = (file: string): string => join(layout.pki, file);
  const config = layout.node('node1').config;
  const internal = ['--bind-address=127.0.0.1', '--leader-elect=false', '--profiling=false'];
  return [
    {
      name: 'etcd',
      args: [
        kube,
        'etcd',
        `--data-dir=${join(layout.run, 'etcd')}`,
        // The cluster's data does not outlive it, so fsync is pointless.
        '--unsafe-no-fsync',
        '--log-level=warn',
        `--listen-client-urls=${etcdUrl}`,
        `--advertise-client-urls=${etcdUrl}`,
        '--listen-peer-urls=http://127.0.0.1:2380',
      ],
    },
    { name: 'apiserver', args: [kube, 'apiserver', ...apiServerFlags(pki)], after: `${etcdUrl}/health` },
    {
      name: 'controller-manager',
      after: apiServerReady,
      args: [
        kube,
        'controller-manager',
        ...internal,
        `--kubeconfig=${kubeconfigOf(layout, 'controller-manager')}`,
        `--service-account-private-key-file=${pki('sa.key')}`,
        `--root-ca-file=${pki('ca.crt')}`,
        '--use-service-account-credentials=true',
        '--allocate-node-cidrs=false',
        `--flex-volume-plugin-dir=${join(layout.run, 'flex-volume')}`,
        // Notice a lost node and a load sooner than by default (50 s, 15 s), for tests.
        '--node-monitor-grace-period=16s',
        '--horizontal-pod-autoscaler-sync-period=5s',
      ],
    },
    {
      name: 'scheduler',
      after: apiServerReady,
      args: [kube, 'scheduler', ...internal, `--kubeconfig=${kubeconfigOf(layout, 'scheduler')}`],
    },
    { name: 'dns', after: apiServerReady, args: [kube, 'dns', '-conf', join(config, 'Corefile')] },
    {
      name: 'metrics',
      after: apiServerReady,
      args: [
        kube,
        'metrics',
        `--kubeconfig=${kubeconfigOf(layout, 'metrics')}`,
        `--bind-address=${nodeNetwork.node1.address}`,
        `--secure-port=${network.metricsPort}`,
      ],
    },
    {
      name: 'provisioner',
      after: apiServerReady,
      args: [
        kube,
        'provisioner',
        `--kubeconfig=${kubeconfigOf(layout, 'provisioner')}`,
        `--root=${layout.volumes}`,
      ],
    },
  ];
}

function apiServerFlags(pki: (file: string) => string): readonly string[] {
  return [
    `--etcd-servers=${etcdUrl}`,
    `--advertise-address=${nodeNetwork.node1.address}`,
    '--bind-address=0.0.0.0',
    `--secure-port=${network.apiServerPort}`,
    `--service-cluster-ip-range=${network.serviceCidr}`,
    `--client-ca-file=${pki('ca.crt')}`,
    `--tls-cert-file=${pki('apiserver.crt')}`,
    `--tls-private-key-file=${pki('apiserver.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${pki('sa.pub')}`,
    `--service-account-signing-key-file=${pki('sa.key')}`,
    `--kubelet-certificate-authority=${pki('ca.crt')}`,
    `--kubelet-client-certificate=${pki('kubelet-client.crt')}`,
    `--kubelet-client-key=${pki('kubelet-client.key')}`,
    '--kubelet-preferred-address-types=InternalIP',
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
    '--profiling=false',
    // The metrics API is served by another program behind this one.
    `--requestheader-client-ca-file=${pki('ca.crt')}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${pki('front-proxy.crt')}`,
    `--proxy-client-key-file=${pki('front-proxy.key')}`,
    '--enable-aggregator-routing=true',
  ];
}
