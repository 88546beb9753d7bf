import type { Layer } from '../rootfs/rootfs.ts';

/** What a server is for: a broker carries messages, a store keeps them, a monitor watches the others. */
export type ServerRole = 'broker' | 'store' | 'monitor';

/** Ports and secrets of one server in one data directory; it keeps them over restarts. */
export interface OwnState<Port extends string = string, Secret extends string = string> {
  /** All on 127.0.0.1. */
  readonly ports: Readonly<Record<Port, number>>;
  readonly secrets: Readonly<Record<Secret, string>>;
}

/** How to run a server as a process within its root file system. */
export interface ServerDefinition {
  readonly user: number;
  readonly group: number;
  /** Path of its data directory inside. */
  readonly dataPath: string;
  /** Files it needs in its data directory before its first start, readable only by its user. Existing ones stay. */
  readonly dataFiles?: Readonly<Record<string, string>>;
  /** Path of `files` inside, read-only. */
  readonly configPath: string;
  /** Configuration files by name. They contain passwords: readable only by root and the server's group. */
  readonly files: Readonly<Record<string, string>>;
  /** Whether it reads scrape targets, which are then at `targets` in its configuration directory. Default false. */
  readonly readsTargets?: boolean;
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly [string, ...string[]];
}

/** A job of a Prometheus configuration that scrapes a server; `targets` are `host:port`. */
export interface ScrapeJob {
  readonly job_name: string;
  readonly metrics_path?: string;
  readonly params?: Readonly<Record<string, readonly string[]>>;
  readonly static_configs: readonly { readonly targets: readonly string[] }[];
}

/** Ports and secrets of another server of the same data directory. @throws Error if the state has none of it */
export type StateOf = (name: string) => OwnState;

/** What a server's configuration depends on beside its own state. */
export interface Surroundings {
  readonly stateOf: StateOf;
  /** Scrape interval of the monitor, seconds. */
  readonly scrapeIntervalSeconds: number;
  /** The jobs that scrape all described servers. */
  readonly scrapeJobs: readonly ScrapeJob[];
}

/** The image that the local Kubernetes cluster has of a server. */
export interface ServerImage {
  /** Name of the official image, by major version. */
  readonly name: string;
  /** Parts of its OCI configuration. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** Everything the tools know about one server, but for the recipes of its layers and its part of compose.yaml. */
export interface ServerDescription<
  Port extends string = string,
  Secret extends string = string,
  Addresses extends object = object,
> {
  readonly role: ServerRole;
  /** Whether `npm run servers -- up` starts it only where it is named: most systems do without it. Default false. */
  readonly isOptional?: boolean;
  /** Servers without which it cannot start the first time: they are started with it. Default none. */
  readonly needs?: readonly string[];
  /** Names of the ports it listens on. */
  readonly ports: readonly Port[];
  /** Creates the value of each secret for a new data directory. */
  readonly secrets: Readonly<Record<Secret, () => string>>;
  /** Layers of its root file system over the Debian base, lowest first. */
  readonly layers: readonly Layer[];
  /** Signal on which it ends in good order and without waiting for its clients. Default SIGTERM. */
  readonly stopSignal?: 'SIGTERM' | 'SIGINT';
  /** How to run it as a process. It listens only on 127.0.0.1. */
  define(own: OwnState<Port, Secret>, surroundings: Surroundings): ServerDefinition;
  /** Whether it answers its protocol: a listening port is not enough while data is being loaded. */
  isReady(own: OwnState<Port, Secret>): Promise<boolean>;
  /** Takes a step towards being ready that only a client can take; called while {@link isReady} says no. */
  settle?(own: OwnState<Port, Secret>): Promise<void>;
  /** Addresses for clients; URLs include credentials. */
  addresses(own: OwnState<Port, Secret>, stateOf: StateOf): Addresses;
  /** The addresses as `npm run servers -- status` prints them. */
  showAddresses(addresses: Addresses): string;
  /** What else there is to say of it while it runs, as `npm run servers -- status` prints it. `execute` runs one of its own tools. */
  describeStatus?(execute: (command: readonly [string, ...string[]]) => Promise<string>): Promise<string>;
  /** Variables of its part of compose.yaml. */
  composeVariables(own: OwnState<Port, Secret>): Readonly<Record<string, string>>;
  /** Jobs that scrape it; none by default. */
  scrapeJobs?(own: OwnState<Port, Secret>): readonly ScrapeJob[];
  /** Absent where it runs in the image of another server. */
  readonly image?: ServerImage;
}

/** Infers the names of a description's ports and secrets, and the shape of its addresses. */
export function describeServer<const Port extends string, Secret extends string, Addresses extends object>(
  description: ServerDescription<Port, Secret, Addresses>,
): ServerDescription<Port, Secret, Addresses> {
  return description;
}
