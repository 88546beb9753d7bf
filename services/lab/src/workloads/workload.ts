import type { FindingKind, Verdict } from '@caudal/common/verdict';
import type { ServerName, Servers } from '../../../../tools/servers/servers.ts';
import type { BenchPlan } from '../bench/rows.ts';
import type { ChaosWorkload } from '../chaos/chaos-workload.ts';
import type { ChaosIntensity } from '../chaos/run-chaos.ts';
import type { CommandLine } from '../cli/command-line.ts';
import type { Painter } from '../cli/painter.ts';
import type { StartLoad } from '../load/run-k6.ts';
import type { Site } from '../load/site.ts';
import type { MeasuredRun, Reporter, RunDetails } from '../report/run-document.ts';
import type { ServiceSpec } from '../stack/service-spec.ts';
import type { Stack } from '../stack/stack.ts';
import type { Plants } from '../verify/plants.ts';

/**
 * A system that Caudal runs and proves: everything the commands know of it. They start its servers and services, send its
 * load, have what it promised judged, break it, measure it and report on it, for whatever system is named.
 *
 * @typeParam Result what a measured load leaves: promises and evidence, as kept in run.json
 */
export interface Workload<Result extends MeasuredRun = MeasuredRun> extends Reporter<Result> {
  /** What it promises, in one line for `npm start -- --list`. */
  readonly promise: string;

  readonly start: CommandLine<StartChoice>;
  readonly load: CommandLine<LoadChoice>;
  /** Names of the services whose processes `scale` changes. */
  readonly scalable: readonly string[];
  readonly verify: CommandLine<VerifyChoice>;
  readonly chaos: CommandLine<ChaosChoice<Result>>;
  readonly bench: CommandLine<BenchPlan>;
  readonly cluster: CommandLine<ClusterChoice> & ReleaseDescription;

  /**
   * Sends a load, waits until the system has settled, and reads what is really there.
   * @throws ExpectedError when the system is not ready for a load, or there is no ledger of it.
   */
  measure(options: MeasureOptions): Promise<Result>;
  /** Holds what was promised against what is there. */
  judge(result: Result): Verdict;

  readonly plants: Plants;
  /** At least one; each is run in place of its service and must be found. */
  readonly mutants: readonly Mutant[];
}

/** A service with one bug, to see the verdict name it. */
export interface Mutant {
  /** What is wrong: `an acknowledgement before the write`. */
  readonly bug: string;
  /** Name of the service that it replaces. */
  readonly service: string;
  /** Absolute path of its main module. */
  readonly program: string;
  /** Name of the fault that it shows under. */
  readonly under: string;
  /** The finding that it must give, and in what: a lane, for instance. */
  readonly finding: FindingKind;
  readonly subject: string;
}

/** What k6 sends, and how a run of it is called. */
export interface LoadPlan {
  /** File in load-tests/, without its extension. */
  readonly scenario: string;
  /** Variables of load-tests/README.md. */
  readonly variables: Readonly<Record<string, string>>;
  /** Kept in run.json. */
  readonly settings: RunDetails['settings'];
}

/** What `npm start` runs. */
export interface StartChoice {
  /** Exit after the verdict. */
  readonly once: boolean;
  /** Clear the servers' data first. */
  readonly fresh: boolean;
  readonly servers: readonly ServerName[];
  readonly services: readonly ServiceSpec[];
  /** Kept in the record of the running services, for commands in other terminals. */
  readonly setup?: Readonly<Record<string, string>>;
  /** Undefined: start only. */
  readonly load: AnnouncedLoad | undefined;
  /** Service that the load is sent to. */
  readonly entry: string;
  /** URLs and suggestions, printed when everything runs. */
  nextSteps(stack: Stack, servers: Servers): string;
}

/** A load that a command sends on its own. */
export interface AnnouncedLoad extends LoadPlan {
  /** `10,000 messages by 100 users` */
  readonly announcement: string;
}

/** Input of {@link Workload.measure}. */
export interface MeasureOptions {
  readonly site: Site;
  readonly startLoad: StartLoad;
  /** Ends the load early; the verdict still follows. */
  readonly signal?: AbortSignal | undefined;
  /** Called each second with a line for the terminal. */
  readonly onProgress: (line: string) => void;
}

/** What `npm run load` sends, and where. */
export interface LoadChoice extends LoadPlan {
  readonly baseUrl: string;
  readonly site: Site;
  /** Whether that is what `npm start` runs, on servers of this machine. */
  readonly isLocal: boolean;
}

/** What `npm run verify` does: plant faults, or judge a load again. */
export type VerifyChoice = 'self-test' | ((context: VerifyContext) => Promise<Verification>);

/** What a verification is given. */
export interface VerifyContext {
  /** Path of the kubeconfig, kubectl's default when undefined. */
  readonly kubeconfig: string | undefined;
  readonly paint: Painter;
  readonly onEvent: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A load that was judged again. */
export interface Verification {
  readonly verdict: Verdict;
  /** The verdict with its figures, for a terminal. */
  readonly text: string;
}

/** What `npm run chaos` breaks, and how hard. */
export interface ChaosChoice<Result> {
  readonly intensity: ChaosIntensity;
  /** Option that sets the size of its load, for the command that repeats the run: `messages`. */
  readonly sizeOption: string;
  readonly servers: readonly ServerName[];
  /** Processes, servers and connections to break; undefined: all. */
  readonly targets: readonly string[] | undefined;
  /** Kept in run.json besides the intensity. */
  readonly settings: RunDetails['settings'];
  workloadOn(addresses: Servers['addresses']): ChaosWorkload<Result>;
}

/** What `npm run cluster` installs and loads. */
export interface ClusterChoice {
  /** Exit after the verdict; the cluster keeps running. */
  readonly once: boolean;
  readonly provider: 'auto' | 'kind' | 'local';
  readonly context: string | undefined;
  readonly nodes: number;
  readonly name: string;
  readonly namespace: string;
  readonly preset: 'default' | 'minimal' | 'ha';
  readonly valuesFiles: readonly string[];
  /** Undefined: install only. */
  readonly load: AnnouncedLoad | undefined;
}

/** A system as a release of the chart. */
export interface ReleaseDescription {
  /** Values that turn it on. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Component that the load is sent to. */
  readonly entry: string;
  /** Whether the metrics of a component's pods are read. */
  isMeasured(component: string): boolean;
  /** Components whose ports lead to this machine while the command runs, where the release has them. */
  readonly forwards: readonly Forward[];
  /** Commands to try, one a line. */
  suggestions(release: ReleaseNames): readonly string[];
}

/** A port of a component, and what is behind it. */
export interface Forward {
  readonly component: string;
  /** Name or number of the Service's port. */
  readonly port: string;
  readonly wantedPort: number;
  readonly title: string;
  readonly path: string;
}

/** How a running release is called and reached. */
export interface ReleaseNames {
  readonly name: string;
  readonly namespace: string;
  readonly context: string | undefined;
  /** URL of a component from this machine; empty without one. */
  url(component: string): string;
  readonly ingressUrl: string | undefined;
}
