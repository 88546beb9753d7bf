import type { ServerName } from '../../../../tools/servers/servers.ts';
import type { Increases } from '../load/metrics-watch.ts';
import type { LoadRun } from '../load/run-k6.ts';
import type { ServiceSpec } from '../stack/service-spec.ts';
import type { Stack } from '../stack/stack.ts';
import type { FaultAction } from './plan-faults.ts';

/** A kind of evidence that a fault had an effect. */
export interface Sign {
  /** Unique among the signs of a workload: `storeRetries`. */
  readonly name: string;
  /** Before its count: `store retries`. */
  readonly label: string;
  /** Before its sum over the run. A run that never shows a sign with one was too weak, unless it may be hidden. */
  readonly summary?: string;
  /** Whether a driver may hide it, by sending again what was in flight. Default false. */
  readonly mayBeHidden?: boolean;
  /** Reads its count from the services' metrics; absent for the lab's own: {@link LAB_SIGNS}. */
  count?(increases: Increases): number;
}

/** Groups of names of signs: a fault was felt when each group shows at least one. */
export type Expected = readonly (readonly string[])[];

/** What shows that an action on a target was felt. */
export type Felt = (action: FaultAction) => Expected;

/** A server to kill and to suspend. */
export interface BreakableServer {
  readonly name: ServerName;
  readonly felt: Felt;
}

/** A connection from a service to a server, whose replies are lost by a proxy between them. */
export interface BreakableConnection {
  /** Unique among the connections; may be the server's. */
  readonly name: string;
  /** URL of the server. */
  readonly url: string;
  readonly felt: Felt;
}

/** A way in which a part of a workload can be made to misbehave while it runs. */
export interface Misbehaviour {
  /** Part and what it does: `mailbox-refuses`. */
  readonly name: string;
  readonly lastsMs: number;
  /** @throws Error if the part cannot be made to */
  begin(stack: Stack): Promise<void>;
  /** Lets it behave again; called however the misbehaviour ended. */
  end(stack: Stack): Promise<void>;
  readonly felt: Felt;
}

/** What chaos breaks in a workload, and how it loads and holds it to account meanwhile. */
export interface ChaosWorkload<Result> {
  /** In the order in which they are printed. */
  readonly signs: readonly Sign[];
  readonly servers: readonly BreakableServer[];
  readonly connections: readonly BreakableConnection[];
  /** How long a process hangs before it is killed, ms; one behind a proxy hangs until a request has reached it. Default 500. */
  readonly hangMs?: number;
  /** Default: none. */
  readonly misbehaviours?: readonly Misbehaviour[];
  /** What shows that a process of a service was killed or suspended; undefined for a service that is left alone. */
  feltBy(service: ServiceSpec): Felt | undefined;
  /** @param urls of the proxies, by connection */
  specs(urls: Readonly<Record<string, string>>): readonly ServiceSpec[];
  /** Sends the load and resolves when everything promised is settled. */
  load(stack: Stack, load: ChaosLoad): Promise<Result>;
  /** Messages that were promised so far. */
  accepted(run: LoadRun): Promise<number>;
  /** Why the load proves nothing, or what its account found; empty when it is exact. */
  failuresOf(result: Result, load: Pick<ChaosLoad, 'messages' | 'rate'>): readonly string[];
  /** Begins to watch whether work flows again after a fault; the function returns why it does not, or undefined. */
  watchFlow(stack: Stack, flow: FlowOptions): () => Promise<string | undefined>;
}

/** The load during a run of chaos. */
export interface ChaosLoad {
  readonly k6: string;
  readonly seed: string;
  /** To post at least. */
  readonly messages: number;
  /** Messages per second. */
  readonly rate: number;
  /** Longest time to post, seconds; `signal` ends the load before. */
  readonly maxSeconds: number;
  readonly resultDirectory: string;
  /** Ends the load early; the account still follows. */
  readonly signal: AbortSignal;
  /** Called each second with a line for the terminal. */
  readonly onProgress: (line: string) => void;
  /** Called with each scrape of the services. */
  readonly onSample: (increases: Increases) => void;
  /** Called when the load has started. */
  readonly onStarted: (run: LoadRun) => void;
}

/** When work counts as flowing. */
export interface FlowOptions {
  /** Messages per second. */
  readonly rate: number;
  /** Whether messages are being posted: without load, counts do not change. */
  readonly isLoaded: () => boolean;
}

/** Signs that the lab counts itself, whatever it breaks. */
export const LAB_SIGNS = {
  /** Requests retried by the load generator. */
  clientRetries: { name: 'clientRetries', label: 'client retries', summary: 'requests sent again' },
  /**
   * Requests that an entry process left unanswered. On a connection that was used before, Go's HTTP client (k6) sends them
   * again itself because they have an `Idempotency-Key`: the load generator does not notice.
   */
  requestsCutOff: { name: 'requestsCutOff', label: 'requests cut off' },
  /** Answers that an entry process kept waiting for a second or longer: it hung. */
  answersLate: { name: 'answersLate', label: 'answers late' },
  /** Replies held back by a faulty proxy. */
  repliesHeldBack: { name: 'repliesHeldBack', label: 'replies held back' },
} as const satisfies Readonly<Record<string, Sign>>;
