import type { Logger } from '@caudal/common/logging';
import { Loop } from '../loop.ts';

/** Shortest time between two reads of figures, ms. */
const FIGURES_MS = 1_000;
/** Reading figures takes at most this part of the time: full tables take longer to count. */
const FIGURES_SHARE = 1 / 20;
/** Time between two deletions, ms. */
const EXPIRY_MS = 60_000;

/** Work of a program beside what it is there for. */
export interface Housekeeping {
  start(): void;
  /** Resolves when what is in progress is over. */
  stop(): Promise<void>;
}

/** Creates the loops that read figures of the database into metrics, and delete what is no longer kept. */
export function createHousekeeping(options: {
  readonly readFigures: () => Promise<void>;
  /** Deletes a bounded number of rows; resolves with whether there may be more. */
  readonly expire: () => Promise<boolean>;
  readonly logger: Logger;
  /** Called for each failure after which it is tried again. */
  readonly onRetry: (error: unknown) => void;
  readonly onFatal: (error: unknown) => void;
}): Housekeeping {
  const { readFigures, expire, ...shared } = options;
  const loops = [
    new Loop({
      ...shared,
      name: 'figures',
      async step() {
        const startedAt = performance.now();
        await readFigures();
        return Math.max(FIGURES_MS, (performance.now() - startedAt) / FIGURES_SHARE);
      },
    }),
    // As many as there are: retention must keep up with what comes in.
    new Loop({ ...shared, name: 'expiry', step: async () => ((await expire()) ? 0 : EXPIRY_MS) }),
  ];
  return {
    start: () => {
      for (const loop of loops) loop.start();
    },
    stop: async () => void (await Promise.all(loops.map((loop) => loop.stop()))),
  };
}
