import { UNSTEADY } from './use-cluster.ts';

/** A broker that waits before it stops gives up after this, well after what the tests wait for has come about. */
export const AWAIT_SECONDS = 180;

/** Prefers node1, so that the other node has one broker of each kind: the spread over nodes puts it there. */
const affinity = {
  nodeAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 100,
        preference: {
          matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node1'] }],
        },
      },
    ],
  },
};

/** Those of the preset, which gives up a lost node early, and that for node2. */
const tolerations = [
  ...['unreachable', 'not-ready'].map((state) => ({
    key: `node.kubernetes.io/${state}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 20,
  })),
  { ...UNSTEADY, operator: 'Exists' },
];

/** What a test removes goes with it. */
const REMOVED = { persistence: { whenDeleted: 'Delete' } };

/** Options of the release with the preset `ha` on two nodes, which several files share. */
export const HA_ON_TWO_NODES = {
  preset: 'ha',
  nodes: 2,
  values: {
    pod: { affinity, tolerations },
    // It must see what happens to the other node.
    loadtest: { pod: { nodeSelector: { 'kubernetes.io/hostname': 'node1' } } },
    kafka: { awaitInSyncSeconds: AWAIT_SECONDS, ...REMOVED },
    rabbitmq: { awaitQuorumSeconds: AWAIT_SECONDS, ...REMOVED },
    valkey: REMOVED,
    redis: REMOVED,
  },
} as const;
