import type { LoadResult } from '../load/measure-load.ts';

/** Exit status for a run's account: 0 when it is exact and all lanes are drained. */
export function accountStatus({ account, notDrained }: Pick<LoadResult, 'account' | 'notDrained'>): 0 | 1 {
  return account.exact && notDrained === undefined ? 0 : 1;
}
