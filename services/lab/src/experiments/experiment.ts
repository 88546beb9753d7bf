import type { ServerName, Servers } from '../../../../tools/servers/servers.ts';
import type { CommandLine } from '../cli/command-line.ts';

/** Something that is measured beside the systems' own benches: `npm run lab -- <verb> <noun>`. */
export interface Experiment {
  /** `compare` */
  readonly verb: string;
  /** `stores` */
  readonly noun: string;
  /** What it measures, in one line. */
  readonly summary: string;
  /** Its options; the usage begins with its own line. */
  readonly line: CommandLine<ExperimentPlan>;
}

/** An experiment as its options say. */
export interface ExperimentPlan {
  readonly servers: readonly ServerName[];
  /** Kept with the findings. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  run(context: ExperimentContext): Promise<Findings>;
}

/** What an experiment is given. */
export interface ExperimentContext {
  /** Fresh, and used by nothing else. */
  readonly servers: Servers;
  /** Versions of these servers and of this project. */
  readonly versions: Readonly<Record<string, string>>;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What an experiment found. */
export interface Findings {
  /** Whether everything sent was found afterwards, and every goal was met. */
  readonly passed: boolean;
  /** Figures, as kept in experiment.json. */
  readonly figures: unknown;
  /** Tables and verdicts, for the terminal and report.md. */
  readonly markdown: string;
}
