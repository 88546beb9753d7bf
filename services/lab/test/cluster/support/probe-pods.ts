import { eventually } from '@caudal/common/testing';
import type { V1Pod } from '@kubernetes/client-node';
import type { PodContainer } from '../../../src/cluster/connection.ts';
import { isReady } from '../../../src/cluster/release.ts';
import type { StartedRelease } from '../../../src/cluster/start-release.ts';

/** A pod to try connections from and to. */
export interface ProbePodOptions {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** TCP ports that it listens on. */
  readonly ports: readonly number[];
}

const SERVE = `
const { createServer } = require('node:net');
for (const port of process.argv.slice(1)) createServer((socket) => socket.destroy()).listen(Number(port));
setInterval(() => undefined, 1e6);
`;

/** Never set: the pod runs but is never ready, so that no Service sends it traffic. */
const NEVER = 'caudal/never';

/** Starts pods within the restricted profile that are never ready; resolves with them once they listen. */
export async function startProbePods(
  { cluster }: StartedRelease,
  wanted: readonly ProbePodOptions[],
): Promise<readonly V1Pod[]> {
  await Promise.all(
    wanted.map((options) =>
      cluster.core.createNamespacedPod({ namespace: options.namespace, body: probePod(options) }),
    ),
  );
  return Promise.all(
    wanted.map(({ namespace, name }) =>
      eventually(
        () => cluster.core.readNamespacedPod({ namespace, name }),
        ({ status }) =>
          status?.conditions?.some(({ type, status: is }) => type === 'ContainersReady' && is === 'True') ??
          false,
        { pastErrors: true },
      ),
    ),
  );
}

function probePod({ namespace, name, labels, ports }: ProbePodOptions): V1Pod {
  const firstPort = ports[0];
  return {
    metadata: { name, namespace, labels: { ...labels } },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 0,
      readinessGates: [{ conditionType: NEVER }],
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
        sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
      },
      containers: [
        {
          name: 'probe',
          image: 'node:24-slim',
          imagePullPolicy: 'IfNotPresent',
          command: ['node', '--eval', SERVE, ...ports.map(String)],
          ...(firstPort !== undefined && {
            readinessProbe: { tcpSocket: { port: firstPort }, periodSeconds: 1 },
          }),
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    },
  };
}

function containerOf({ metadata, spec }: V1Pod): PodContainer {
  return {
    namespace: metadata?.namespace ?? '',
    pod: metadata?.name ?? '',
    container: spec?.containers[0]?.name ?? '',
  };
}

/** A place to connect to. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

const CONNECT = `
const { connect } = require('node:net');
const tryIt = ([host, port]) => new Promise((resolve) => {
  const socket = connect({ host, port });
  const end = (outcome) => { socket.destroy(); resolve(outcome); };
  socket.setTimeout(3000, () => end('timeout'));
  socket.once('connect', () => end('open'));
  socket.once('error', ({ code }) => end(code));
});
Promise.all(JSON.parse(process.argv[1]).map(tryIt)).then((all) => console.log(JSON.stringify(all)));
`;

/** Tries to connect from a pod that has Node.js, to all targets at once; `open` or why not, in their order. */
export async function connectFrom(
  { cluster }: StartedRelease,
  pod: V1Pod,
  targets: readonly Target[],
): Promise<readonly string[]> {
  const at = containerOf(pod);
  const pairs = JSON.stringify(targets.map(({ host, port }) => [host, port]));
  const { stdout, stderr } = await cluster.exec(at, ['node', '--eval', CONNECT, pairs]);
  const outcomes = JSON.parse(stdout || 'null') as readonly string[] | null;
  if (outcomes?.length !== targets.length) throw new Error(`${at.pod} could not try: ${stderr}`);
  return outcomes;
}

const ASK_FOR_SECRETS = `
const { get } = require('node:https');
const url = 'https://kubernetes.default.svc/api/v1/namespaces/' + process.argv[1] + '/secrets';
get(url, { rejectUnauthorized: false, timeout: 3000 }, ({ statusCode }) => end(statusCode))
  .on('timeout', () => end('timeout'))
  .on('error', ({ code }) => end(code));
const end = (outcome) => { console.log(outcome); process.exit(); };
`;

/** What the Kubernetes API answers a pod that asks for the Secrets of its namespace: a status, or why none came. */
export async function askForSecrets({ cluster }: StartedRelease, pod: V1Pod): Promise<string> {
  const { namespace } = containerOf(pod);
  const { stdout } = await cluster.exec(containerOf(pod), ['node', '--eval', ASK_FOR_SECRETS, namespace]);
  return stdout.trim();
}

/** TCP ports on which a container's pod listens beyond loopback, ascending. */
export async function listeningPorts({ cluster }: StartedRelease, pod: V1Pod): Promise<readonly number[]> {
  if (!isReady(pod)) throw new Error(`${pod.metadata?.name} is not ready`);
  const at = containerOf(pod);
  const { stdout } = await cluster.exec(at, ['cat', '/proc/net/tcp', '/proc/net/tcp6']);
  return parseListening(stdout);
}

const LISTEN = '0A';
const LOOPBACK = /^(?:0100007F|0{24}01000000|0{16}FFFF00000100007F)$/;

/** Reads what the kernel says of sockets in `/proc/net/tcp`. */
function parseListening(table: string): readonly number[] {
  const ports = table.split('\n').flatMap((line) => {
    const [, address = '', port = '', state] =
      /^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) \S+ (\S\S) /.exec(line) ?? [];
    return state === LISTEN && !LOOPBACK.test(address) ? [Number.parseInt(port, 16)] : [];
  });
  if (ports.length === 0) throw new Error('nothing listens');
  return [...new Set(ports)].sort((a, b) => a - b);
}
