import type { ProcessIdentity } from '../lib/process-identity.ts';
import type { OwnStates, ServerName } from './descriptions/index.ts';

/** State of a data directory: servers restart with the same ports and secrets. */
export interface State {
  readonly version: 2;
  readonly runtime: 'processes' | 'compose';
  /** Ports and secrets by server; {@link completeState} adds servers that are described since it was written. */
  readonly servers: Partial<OwnStates>;
  /** Last known process of each started server. */
  readonly processes: Readonly<Partial<Record<ServerName, ProcessIdentity>>>;
  /** Process the servers end with; absent for background servers. */
  readonly owner?: ProcessIdentity | undefined;
}
