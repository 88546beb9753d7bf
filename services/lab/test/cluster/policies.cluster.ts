import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '@caudal/common/testing';
import type { V1Pod } from '@kubernetes/client-node';
import { intendedConnections } from '../../../../charts/test/support/connection-table.ts';
import { connectToCluster } from '../../src/cluster/connection.ts';
import { INSTALLED } from './support/default-release.ts';
import { removeNamespace, useRelease } from './support/index.ts';
import {
  askForSecrets,
  connectFrom,
  listeningPorts,
  type ProbePodOptions,
  startProbePods,
  type Target,
} from './support/probe-pods.ts';
import { componentOf, runsCaudal } from './support/workloads.ts';

const OUTSIDE = 'policies-test-outside';
const COMPONENT = 'app.kubernetes.io/component';
/** A port that every pod may reach anywhere, and one that none may. */
const OUTSIDE_PORTS = [53, 8080];

/** Any web server stands in for Grafana where its image is not to be had: only its connections count here. */
const GRAFANA = {
  images: { grafana: { registry: 'docker.io', repository: 'library/node', tag: '24-slim', digest: '' } },
  grafana: {
    enabled: true,
    env: {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(
        "import { createServer } from 'node:http'; createServer((_, response) => response.end()).listen(3000);",
      )}`,
    },
  },
};

const release = useRelease({
  shares: { release: 'default', turn: 3 },
  values: { ...INSTALLED, ...GRAFANA, networkPolicy: { enabled: true } },
  // Not an `after` of this file, which would run when the cluster may be down already.
  prepare: async ({ running }) => {
    const cluster = connectToCluster(running.kubeconfig, running.context);
    return () => removeNamespace(cluster, OUTSIDE);
  },
});

/** Components that talk among themselves, by the table, so that two of their stand-ins are needed. */
const CLUSTERED = intendedConnections.flatMap((pair) => {
  const [from = '', to = ''] = pair.split(' → ');
  return to.startsWith(`${from}:`) ? [from] : [];
});

/** A pod by the name that the table of connections has for it. */
interface Place {
  readonly name: string;
  readonly pod: V1Pod;
  readonly ports: readonly number[];
}

/** What happened on the way from one place to another. */
interface Attempt {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly outcome: string;
}

/** Rules follow new pods within moments; a difference that stays is one. */
const SETTLING_MS = 60_000;

const isOpen = ({ outcome }: Attempt): boolean => outcome === 'open';

/** Whether the table allows a connection. What is not of the release is `anyone` and `anywhere`; it may do as it likes. */
function isIntended({ from, to, port }: Attempt): boolean {
  if (from === 'anyone' && to === 'anywhere') return true;
  return intendedConnections.includes(`${from} → ${to}:${port}`);
}

describe('network policies that are enforced', () => {
  const sources: Place[] = [];
  const targets: Place[] = [];

  /** Every source to every target, other than itself. */
  async function tryAll(): Promise<readonly Attempt[]> {
    const attempts = await Promise.all(
      sources.map(async (source) => {
        const wanted = targets
          .filter(({ pod }) => pod.metadata?.uid !== source.pod.metadata?.uid)
          .flatMap(({ name, pod, ports }) =>
            ports.map((port): Target & { to: string } => ({ host: pod.status?.podIP ?? '', port, to: name })),
          );
        const outcomes = await connectFrom(release(), source.pod, wanted);
        return wanted.map(({ to, port }, index) => ({
          from: source.name,
          to,
          port,
          outcome: outcomes[index] ?? '',
        }));
      }),
    );
    return attempts.flat();
  }

  const nameAttempts = (attempts: readonly Attempt[]): readonly string[] =>
    [...new Set(attempts.map(({ from, to, port, outcome }) => `${from} → ${to}:${port} ${outcome}`))].sort();

  it('let a load through to an exact account', async () => {
    const { account, load } = await release().load({
      scenario: 'seed',
      variables: { MESSAGES: '500', USERS: '10', SEED: 'policies' },
    });
    assert.deepEqual([load.messages.accepted, account.exact, account.findings], [500, true, []]);
  });

  it('let every pod reach what it is meant to reach, and nothing else', async (t) => {
    const { cluster } = release();
    const { namespace } = release().release;
    const real = (await release().release.pods()).filter(({ status }) => status?.phase === 'Running');
    const declared = (pod: V1Pod) =>
      (pod.spec?.containers ?? []).flatMap(({ ports = [] }) =>
        ports.map(({ containerPort }) => containerPort),
      );
    const silent = real.filter((pod) => declared(pod).length === 0);
    assert.deepEqual(silent.map(componentOf), ['kafka-topology']);
    for (const pod of real) {
      if (silent.includes(pod)) continue;
      // What a server listens on without the chart's knowledge counts too.
      targets.push({ name: componentOf(pod), pod, ports: await listeningPorts(release(), pod) });
      // It has Node.js and memory to spare. For the others a pod with the same labels asks.
      if (runsCaudal(pod)) sources.push({ name: componentOf(pod), pod, ports: [] });
    }

    await cluster.core.createNamespace({
      body: { metadata: { name: OUTSIDE, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } },
    });
    const policies = await cluster.objects.list('networking.k8s.io/v1', 'NetworkPolicy', namespace);
    const standIns: (ProbePodOptions & { readonly place: string })[] = policies.items.flatMap(
      ({ metadata }) => {
        const component = metadata?.labels?.[COMPONENT] ?? '';
        if (sources.some(({ name }) => name === component)) return [];
        const pod = real.find((one) => componentOf(one) === component);
        return (CLUSTERED.includes(component) ? ['a', 'b'] : ['a']).map((which) => ({
          place: component,
          namespace,
          name: `like-${component}-${which}`,
          labels: {
            'app.kubernetes.io/name': 'caudal',
            'app.kubernetes.io/instance': release().release.name,
            [COMPONENT]: component,
          },
          ports: pod === undefined ? [] : declared(pod),
        }));
      },
    );
    const outside = [namespace, OUTSIDE].map((of) => ({
      place: 'outside',
      namespace: of,
      name: 'stranger',
      labels: { app: 'stranger' },
      ports: OUTSIDE_PORTS,
    }));
    const probes = [...standIns, ...outside];
    for (const [index, pod] of (await startProbePods(release(), probes)).entries()) {
      const { place = '', ports = [] } = probes[index] ?? {};
      if (place === 'outside') {
        sources.push({ name: 'anyone', pod, ports: [] });
        targets.push({ name: 'anywhere', pod, ports });
      } else {
        sources.push({ name: place, pod, ports: [] });
        targets.push({ name: place, pod, ports });
      }
    }

    const named = new Set(intendedConnections.map((pair) => pair.split(' → ')[0]));
    assert.deepEqual(new Set(sources.map(({ name }) => name)), named, 'every source of the table is tried');
    const { attempts } = await eventually(
      async () => {
        const all = await tryAll();
        const open = nameAttempts(all.filter((one) => isOpen(one) && !isIntended(one)));
        const closed = nameAttempts(all.filter((one) => !isOpen(one) && isIntended(one)));
        return { wronglyOpen: open, wronglyClosed: closed, attempts: all };
      },
      ({ wronglyOpen, wronglyClosed }) => wronglyOpen.length + wronglyClosed.length === 0,
      { timeoutMs: SETTLING_MS, pastErrors: true },
    );
    const open = new Set(attempts.filter(isOpen).map(({ from, to, port }) => `${from} → ${to}:${port}`));
    assert.deepEqual(
      intendedConnections.filter((pair) => !open.has(pair)),
      [],
      'every connection of the table is tried',
    );
    t.diagnostic(`${attempts.length} connections tried, ${attempts.filter(isOpen).length} open`);
  });

  it('or the lack of a token keep every pod from the API', async (t) => {
    assert.ok(sources.length > 1, 'no pods to ask from: the test before found none');
    const answers = await Promise.all(
      sources.map(async ({ name, pod }) => `${name}: ${await askForSecrets(release(), pod)}`),
    );
    assert.deepEqual(
      answers.filter((answer) => !/: (401|403|E[A-Z]+|timeout)$/.test(answer)),
      [],
    );
    t.diagnostic(`asked for Secrets of the API: ${[...new Set(answers)].join(', ')}`);
  });

  it('are what keeps the others out: without them every port of every pod can be reached', async () => {
    const { helm, chart } = release();
    await helm.upgrade({ ...chart, values: { ...chart.values, networkPolicy: { enabled: false } } });
    const { tried } = await eventually(
      async () => {
        const all = await tryAll();
        return { closed: nameAttempts(all.filter((one) => !isOpen(one))), tried: all.length };
      },
      ({ closed }) => closed.length === 0,
      { timeoutMs: SETTLING_MS, pastErrors: true },
    );
    assert.ok(tried > 1, 'nothing was tried: the first test found no pods');
  });
});
