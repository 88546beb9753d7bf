import { LIVE_SYSTEM } from './live/index.ts';
import { MESSAGES } from './messages/index.ts';
import { STORES_SYSTEM } from './stores/index.ts';
import type { Workload } from './workload.ts';

/** The systems, as `npm start -- --list` lists them. Commands without a noun mean the first. */
export const WORKLOADS: readonly [Workload, ...Workload[]] = [MESSAGES, STORES_SYSTEM, LIVE_SYSTEM];

/** How commands and runs name a system: not at all for the first. @param after follows the noun where there is one */
export function nounOf({ name }: Pick<Workload, 'name'>, after = ''): string {
  return name === WORKLOADS[0].name ? '' : `${name}${after}`;
}

/** The table of `npm start -- --list`. */
export function listOf(workloads: readonly Pick<Workload, 'name' | 'promise'>[]): string {
  const rows = [{ name: 'system', promise: 'promises' }, ...workloads];
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows.map(({ name, promise }) => `${name.padEnd(width)}  ${promise}\n`).join('');
}
