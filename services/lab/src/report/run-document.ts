import type { LoadResult } from '../load/measure-load.ts';

/** A run as saved in results/<id>/run.json. */
export interface RunDocument extends LoadResult {
  readonly id: string;
  readonly command: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: string;
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}
