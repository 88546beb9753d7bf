import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ensureClientTools } from '../../cluster/client-tools.ts';
import { applyManifests, type KubectlTarget, kubectl } from '../../cluster/kubectl.ts';
import { cgroupOf, removeCgroup } from '../../cluster/local/cgroups.ts';
import { LocalProvider } from '../../cluster/local/local-provider.ts';
import { mountPoints } from '../../cluster/local/node-config.ts';
import { readState } from '../../cluster/local/state.ts';
import { readSysctls } from '../../cluster/local/sysctls.ts';
import { eventually } from '../../lib/eventually.ts';

/**
 * Tests the local cluster from its start to its removal. Needs Linux and root; with an empty cache it builds everything first.
 * Its addresses are fixed, so no other cluster of this kind may run meanwhile.
 */

const say = (line: string): void => void process.stderr.write(`# ${line}\n`);

const webPod = `
apiVersion: v1
kind: Namespace
metadata: { name: probe, labels: { pod-security.kubernetes.io/enforce: restricted } }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data, namespace: probe }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
---
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: probe, labels: { app: web } }
spec:
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: 1
  securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000, seccompProfile: { type: RuntimeDefault } }
  containers:
    - name: web
      image: node:24-slim
      imagePullPolicy: Never
      args:
        - --eval
        - |
          const { writeFileSync } = require('node:fs');
          const { lookup } = require('node:dns');
          writeFileSync('/data/written', '');
          require('node:http').createServer((request, response) => {
            // A connection that the ingress keeps alive would survive under a policy that forbids it.
            response.setHeader('connection', 'close');
            lookup('web.probe.svc.cluster.local', (error, address) => response.end(error ? error.code : address));
          }).listen(3000);
      readinessProbe: { tcpSocket: { port: 3000 }, periodSeconds: 1 }
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
      volumeMounts: [{ name: data, mountPath: /data }]
  volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: probe }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 3000 }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: probe }
spec:
  rules:
    - host: web.example.test
      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] }
`;

/** Two pods on another node than the server's, of which one is let in. */
const policyPods = ['friend', 'stranger']
  .map(
    (name) => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: probe, labels: { role: ${name} } }
spec:
  nodeName: node2
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: 1
  securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: RuntimeDefault } }
  containers:
    - name: client
      image: node:24-slim
      imagePullPolicy: Never
      args: [--eval, 'setInterval(() => {}, 1e6)']
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
`,
  )
  .join('---');

const ingressPolicy = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: probe }
spec:
  podSelector: { matchLabels: { app: web } }
  ingress:
    - from: [{ podSelector: { matchLabels: { role: friend } } }]
      ports: [{ port: 3000 }]
`;

const egressPolicy = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: friend, namespace: probe }
spec: { podSelector: { matchLabels: { role: friend } }, policyTypes: [Egress] }
`;

/** Everything on the machine that a node could leave behind. */
async function readMachine(run: string): Promise<Readonly<Record<string, unknown>>> {
  const processes: string[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(run)) processes.push(command.replaceAll('\0', ' '));
  }
  const cgroups: string[] = [];
  for (const hierarchy of ['', ...(await readdir('/sys/fs/cgroup'))]) {
    const entries = await readdir(join('/sys/fs/cgroup', hierarchy)).catch(() => []);
    cgroups.push(...entries.filter((name) => name.startsWith('caudal')).map((name) => join(hierarchy, name)));
  }
  return {
    processes,
    cgroups,
    mounts: await readFile('/proc/self/mounts', 'utf8'),
    interfaces: await readdir('/sys/class/net'),
    routes: await readFile('/proc/net/route', 'utf8'),
    sysctls: await readSysctls(),
    namespaces: existsSync('/run/netns') ? await readdir('/run/netns') : [],
    directories: mountPoints.filter((directory) => existsSync(directory)),
    run: existsSync(run),
  };
}

test('a cluster comes up, serves, and goes without a trace', async (t) => {
  const repository = await mkdtemp(join(tmpdir(), 'caudal-cluster-'));
  const run = join(repository, '.caudal', 'cluster');
  const provider = new LocalProvider(repository, say);
  t.after(async () => {
    await provider.down();
    await rm(repository, { recursive: true, force: true });
  });
  const { kubectl: program } = await ensureClientTools(say);
  // Left by a cluster that was killed with all it had; the next one takes them over.
  for (const node of ['node1', 'node2'] as const) await removeCgroup(cgroupOf(node));
  const before = await readMachine(run);

  const cluster = await provider.up(2);
  const target: KubectlTarget = { program, kubeconfig: cluster.kubeconfig };

  await t.test('up again finds it as it is', async () => {
    const uid = async (): Promise<string> =>
      kubectl(target, 'get', 'ns', 'kube-system', '-o', 'jsonpath={.metadata.uid}');
    const first = await uid();
    await provider.up(2);
    assert.equal(await uid(), first);
    assert.equal(await provider.kubeconfig(), cluster.kubeconfig);
  });

  await t.test('both nodes are Ready', async () => {
    const status =
      'jsonpath={range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].status} {end}';
    assert.equal((await kubectl(target, 'get', 'nodes', '-o', status)).trim(), 'node1=True node2=True');
  });

  await t.test(
    'a pod under the restricted profile runs with a volume, and the ingress reaches it',
    async () => {
      await applyManifests(target, [webPod]);
      await kubectl(target, 'wait', '--namespace=probe', '--for=condition=Ready', 'pod/web', '--timeout=60s');
      const service = await kubectl(
        target,
        'get',
        'service',
        'web',
        '-n',
        'probe',
        '-o',
        'jsonpath={.spec.clusterIP}',
      );
      const answer = await eventually(
        () => ask(cluster.ingressUrl ?? ''),
        (text) => text !== undefined,
        { what: 'the ingress to know the host', timeoutMs: 30_000, pastErrors: true },
      );
      assert.equal(answer, service, 'the pod resolves the address of its own service');
    },
  );

  await t.test('a pod that is not restricted is refused there', async () => {
    const refused = kubectl(target, 'run', 'plain', '--namespace=probe', '--image=node:24-slim');
    await assert.rejects(refused, /violates PodSecurity/);
  });

  await t.test('network policies hold, for what is let in and for what is let out', async () => {
    await applyManifests(target, [policyPods]);
    await kubectl(
      target,
      'wait',
      '--namespace=probe',
      '--for=condition=Ready',
      'pod',
      '--all',
      '--timeout=60s',
    );
    const script = 'fetch("http://web").then((r) => console.log(r.status), (e) => console.log(e.cause.code))';
    const fetchAs = async (pod: string): Promise<string> =>
      (await kubectl(target, 'exec', '--namespace=probe', pod, '--', 'node', '--eval', script)).trim();
    const expectAnswer = (pod: string, expected: string): Promise<string> =>
      eventually(
        () => fetchAs(pod),
        (answer) => answer === expected,
        { what: `${pod} to get ${expected}`, timeoutMs: 20_000, pastErrors: true },
      );
    for (const pod of ['friend', 'stranger']) await expectAnswer(pod, '200');
    await applyManifests(target, [ingressPolicy]);
    await expectAnswer('stranger', 'ECONNREFUSED');
    assert.equal(await fetchAs('friend'), '200');
    assert.equal(await ask(cluster.ingressUrl ?? ''), undefined, 'the ingress is not let in either');
    await applyManifests(target, [egressPolicy]);
    await expectAnswer('friend', 'ECONNREFUSED');
    await kubectl(target, 'delete', '--namespace=probe', 'networkpolicy', '--all');
    for (const pod of ['friend', 'stranger']) await expectAnswer(pod, '200');
  });

  await t.test('the metrics API knows the nodes', async () => {
    await eventually(
      () => kubectl(target, 'get', '--raw', '/apis/metrics.k8s.io/v1beta1/nodes'),
      (text) => text.includes('"node1"') && text.includes('"node2"'),
      { what: 'metrics of both nodes', timeoutMs: 60_000, everyMs: 500, pastErrors: true },
    );
  });

  await t.test('node2 comes back after a power cut, also if its namespace is still there', async () => {
    const { nodes } = (await readState(join(run, 'state.json'))) ?? { nodes: [] };
    const { init } = nodes.find(({ name }) => name === 'node2') ?? assert.fail('node2 is not in the state');
    const namespace = await open(`/proc/${init.pid}/ns/net`);
    try {
      await provider.stopNode2();
      await provider.startNode2();
    } finally {
      await namespace.close();
    }
    const uptime = await kubectl(target, 'get', '--raw', '/api/v1/nodes/node2/proxy/healthz');
    assert.equal(uptime, 'ok');
  });

  await t.test('deleting a claim removes its volume', async () => {
    await kubectl(target, 'delete', 'namespace', 'probe', '--timeout=60s');
    const volumes = join(run, 'volumes');
    await eventually(
      () => readdir(volumes),
      (directories) => directories.length === 0,
      { what: 'the directory to go', timeoutMs: 30_000, pastErrors: true },
    );
  });

  await provider.down();
  assert.deepEqual(await readMachine(run), before);
});

/** The ingress routes by the Host header, which fetch does not let callers set. */
async function ask(ingressUrl: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    get(ingressUrl, { headers: { host: 'web.example.test' }, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => resolve(response.statusCode === 200 ? text : undefined));
    }).on('error', reject);
  });
}
