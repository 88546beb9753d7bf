import type { ServerName, Servers } from '../../../../tools/servers/servers.ts';

/** A fault, by its name in the self-test's table. */
export interface PlantName {
  readonly name: string;
}

/** Faults that are planted in real data, to see the verdict name each of them and nothing else. */
export interface Plants {
  /** Servers whose data they are planted in. */
  readonly servers: readonly ServerName[];
  /** What is planted without any fault; must be called exact. */
  readonly clean: PlantName;
  readonly faults: readonly PlantName[];
  /** Where each was planted, as the table says it: `in both lanes`. */
  readonly where: string;
  /**
   * Plants all under names of their own, has them judged, and removes them.
   * @returns by plant, what was reported wrongly; empty for one that was reported correctly
   */
  check(options: {
    readonly addresses: Servers['addresses'];
    readonly stateDirectory: string;
    readonly onEvent: (line: string) => void;
  }): Promise<ReadonlyMap<PlantName, readonly string[]>>;
}
