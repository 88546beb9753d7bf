import type { ScrapeJob, ServerDefinition } from './description.ts';
import { descriptionOf, type ServerName, serverNames } from './descriptions/index.ts';
import { ownState, stateOfOthers } from './state.ts';
import type { State } from './state-shape.ts';

/** Server options that are not part of the state. */
export interface DefinitionOptions {
  /** Scrape interval of the monitor, seconds. */
  readonly scrapeIntervalSeconds: number;
}

/** Returns a server's definition for the ports and secrets of a state. All listen only on 127.0.0.1. */
export function defineServer(
  name: ServerName,
  state: State,
  { scrapeIntervalSeconds }: DefinitionOptions,
): ServerDefinition {
  const scrapeJobs = serverNames.flatMap(
    (each): readonly ScrapeJob[] => descriptionOf(each).scrapeJobs?.(ownState(state, each)) ?? [],
  );
  return descriptionOf(name).define(ownState(state, name), {
    stateOf: stateOfOthers(state),
    scrapeIntervalSeconds,
    scrapeJobs,
  });
}
