import type { Requester } from './connection.ts';
import { IgniteError } from './ignite-error.ts';

/** Operations on the cluster; IEP-46, "Thin client: cluster management". */
const OPERATION = { state: 5_000, changeState: 5_001 } as const;

const STATES = ['inactive', 'active', 'active, read-only'] as const;

/** State of a cluster. With its data on disk it is inactive until it was activated once. */
export type ClusterState = (typeof STATES)[number];

/** Returns the state of the cluster. */
export function clusterState(requester: Requester): Promise<ClusterState> {
  return requester.request(
    OPERATION.state,
    () => undefined,
    (answer) => {
      const state = STATES[answer.byte()];
      if (state === undefined)
        throw new IgniteError('protocol', 'the cluster has a state that this client does not know');
      return state;
    },
  );
}

/** Activates the cluster with the servers that are there; may take seconds. */
export function activateCluster(requester: Requester, timeoutMs: number): Promise<void> {
  return requester.request(
    OPERATION.changeState,
    (payload) => payload.byte(STATES.indexOf('active')),
    () => undefined,
    timeoutMs,
  );
}
