import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cgroupOf } from './cgroups.ts';
import { controlPlane, type ProcessSpec } from './control-plane.ts';
import { kubeconfigOf } from './identities.ts';
import type { ClusterLayout, NodeLayout, NodeName } from './layout.ts';
import { apiServerUrl, network, nodeAddresses, nodeInterface, nodeNetwork } from './network.ts';

/** The image that holds a pod's namespaces; its only file is the binary of tools/cluster/kube/pause. */
export const pauseImage = 'localhost/pause:1';

/** containerd's socket. /run is the node's own, so the usual place is free; socket paths may not be long. */
export const containerdSocket = '/run/containerd/containerd.sock';

/** Directories outside the run directory that Kubernetes insists on; the node mounts its own over them. */
export const mountPoints = ['/var/lib/kubelet', '/var/lib/cni', '/var/log/pods', '/var/log/containers'];

export interface NodeConfigOptions {
  readonly name: NodeName;
  readonly kube: string;
  /** Directory of the CNI plugins `ptp` and `host-local`. */
  readonly cniPlugins: string;
  /** `native` copies instead of mounting; for a run directory that is itself on an overlay. */
  readonly snapshotter: 'overlayfs' | 'native';
}

/** Writes all that a node reads and returns the path of the file for `kube node`. */
export async function writeNodeConfig(layout: ClusterLayout, options: NodeConfigOptions): Promise<string> {
  const node = layout.node(options.name);
  for (const directory of [
    node.config,
    node.logs,
    node.kubelet,
    node.podLogs,
    node.containerd,
    layout.volumes,
  ]) {
    await mkdir(directory, { recursive: true });
  }
  const write = async (file: string, content: unknown): Promise<string> => {
    const path = join(node.config, file);
    await writeFile(path, typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`);
    return path;
  };
  await write('resolv.conf', `nameserver ${network.dnsService}\n`);
  await write('containerd.toml', containerdConfig(node, options));
  await mkdir(join(node.config, 'cni'), { recursive: true });
  await write('cni/10-pods.conflist', cniConfig(options.name));
  await write('kubelet.json', kubeletConfig(layout, node));
  await write('proxy.json', proxyConfig(layout, options.name));
  if (options.name === 'node1') await write('Corefile', corefile(layout));
  return write('node.json', {
    logDir: node.logs,
    interface: nodeInterface,
    setup: setupCommands(node),
    processes: [
      ...(options.name === 'node1' ? controlPlane(layout, options.kube) : []),
      ...workers(layout, node, options),
    ],
  });
}

function workers(
  layout: ClusterLayout,
  node: NodeLayout,
  options: NodeConfigOptions,
): readonly ProcessSpec[] {
  const config = (file: string): string => join(node.config, file);
  return [
    { name: 'containerd', args: ['containerd', '-c', config('containerd.toml')] },
    {
      name: 'kubelet',
      after: `unix:${containerdSocket}`,
      args: [
        options.kube,
        'kubelet',
        `--config=${config('kubelet.json')}`,
        `--kubeconfig=${kubeconfigOf(layout, node.name)}`,
        `--hostname-override=${node.name}`,
        `--node-ip=${nodeNetwork[node.name].address}`,
      ],
    },
    { name: 'proxy', args: [options.kube, 'proxy', `--config=${config('proxy.json')}`] },
    {
      name: 'policies',
      after: `${apiServerUrl}/readyz`,
      args: [
        options.kube,
        'policies',
        `--kubeconfig=${kubeconfigOf(layout, 'policies')}`,
        `--node=${node.name}`,
        `--node-addresses=${nodeAddresses.join(',')}`,
      ],
    },
  ];
}

/** What makes the namespaces a machine of their own. No default route on node1: the cluster has no outside. */
function setupCommands(node: NodeLayout): readonly (readonly string[])[] {
  const { address } = nodeNetwork[node.name];
  const routes =
    node.name === 'node1'
      ? // A process on the node needs a route before kube-proxy can turn the address into a pod's.
        [['ip', 'route', 'add', network.serviceCidr, 'dev', nodeInterface, 'src', address]]
      : [['ip', 'route', 'add', 'default', 'via', network.secondNodeGateway]];
  return [
    ['mount', '--make-rshared', '/'],
    ['mount', '-t', 'tmpfs', '-o', 'mode=0755', 'tmpfs', '/run'],
    ['mkdir', '-p', '/run/containerd', '/run/netns'],
    ['mount', '--bind', node.kubelet, '/var/lib/kubelet'],
    ['mount', '-t', 'tmpfs', 'tmpfs', '/var/lib/cni'],
    ['mount', '--bind', node.podLogs, '/var/log/pods'],
    ['mount', '-t', 'tmpfs', 'tmpfs', '/var/log/containers'],
    ['sh', '-c', `echo ${node.name} > /proc/sys/kernel/hostname`],
    ['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward'],
    ['ip', 'link', 'set', 'lo', 'up'],
    ['ip', 'address', 'add', `${address}/${network.prefixLength}`, 'dev', nodeInterface],
    ['ip', 'link', 'set', nodeInterface, 'up'],
    ...routes,
  ];
}

function containerdConfig(node: NodeLayout, options: NodeConfigOptions): string {
  return `version = 2
root = "${node.containerd}"
state = "/run/containerd"
# Would make a directory in /opt.
disabled_plugins = ["io.containerd.internal.v1.opt"]
[grpc]
address = "${containerdSocket}"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "${pauseImage}"
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "${options.cniPlugins}"
conf_dir = "${join(node.config, 'cni')}"
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "${options.snapshotter}"
`;
}

/** `ptp` and not `bridge`: each packet of a pod is routed by the node, so a rule there can see it. */
function cniConfig(name: NodeName): unknown {
  const ipam = {
    type: 'host-local',
    dataDir: '/run/caudal-leases',
    ranges: [[{ subnet: nodeNetwork[name].podCidr }]],
    routes: [{ dst: '0.0.0.0/0' }],
  };
  return { cniVersion: '0.4.0', name: 'pods', plugins: [{ type: 'ptp', ipMasq: false, ipam }] };
}

function kubeletConfig(layout: ClusterLayout, node: NodeLayout): unknown {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(layout.pki, 'ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: join(layout.pki, `${node.name}.crt`),
    tlsPrivateKeyFile: join(layout.pki, `${node.name}.key`),
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${cgroupOf(node.name)}`,
    failCgroupV1: false,
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    clusterDNS: [network.dnsService],
    clusterDomain: 'cluster.local',
    resolvConf: join(node.config, 'resolv.conf'),
    volumePluginDir: '/var/lib/kubelet/volume-plugins',
    failSwapOn: false,
    maxPods: 200,
    nodeStatusUpdateFrequency: '4s',
    // Do not evict or collect: memory and disk are shared with other programs, and unused images are still needed.
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    imageMaximumGCAge: '0s',
  };
}

function proxyConfig(layout: ClusterLayout, name: NodeName): unknown {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig: kubeconfigOf(layout, 'proxy') },
    mode: 'nftables',
    clusterCIDR: network.podCidr,
    hostnameOverride: name,
    // Machine-wide settings; the default is sufficient.
    conntrack: { maxPerCore: 0, min: 0 },
  };
}

/** Answers names outside the cluster with "not found" immediately instead of a timeout. */
function corefile(layout: ClusterLayout): string {
  const { address } = nodeNetwork.node1;
  return `.:53 {
  bind ${address}
  errors
  ready ${address}:${network.dnsReadyPort}
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${kubeconfigOf(layout, 'dns')}
  }
  cache 5
  template ANY ANY {
    rcode NXDOMAIN
  }
}
`;
}
