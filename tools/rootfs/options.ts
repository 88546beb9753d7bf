import type { OnProgress } from '../lib/progress.ts';

/** What the builders share. */
export interface RootfsOptions {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal | undefined;
}
