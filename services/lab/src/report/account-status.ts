import type { LoadResult } from '../load/measure-load.ts';

/** Exit status of a command that shows the account of a run: 0 when it is exact and everything was drained. */
export function accountStatus({ account, notDrained }: Pick<LoadResult, 'account' | 'notDrained'>): 0 | 1 {
  return account.exact && notDrained === undefined ? 0 : 1;
}
