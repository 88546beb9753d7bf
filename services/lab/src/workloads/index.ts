import { basename } from 'node:path';
import { FILMS_SYSTEM } from './films/index.ts';
import { LIVE_SYSTEM } from './live/index.ts';
import { MESSAGES } from './messages/index.ts';
import { ORDERS_SYSTEM } from './orders/index.ts';
import { STORES_SYSTEM } from './stores/index.ts';
import type { Workload } from './workload.ts';

/** The systems, as `npm start -- --list` lists them. Commands without a noun mean the first. */
export const WORKLOADS: readonly [Workload, ...Workload[]] = [
  MESSAGES,
  STORES_SYSTEM,
  LIVE_SYSTEM,
  ORDERS_SYSTEM,
  FILMS_SYSTEM,
];

/** How commands and runs name a system: not at all for the first. @param after follows the noun where there is one */
export function nounOf({ name }: Pick<Workload, 'name'>, after = ''): string {
  return name === WORKLOADS[0].name ? '' : `${name}${after}`;
}

/** A scenario as commands and runs call it after the system's name, which its file may begin with. */
export function scenarioOf({ name }: Pick<Workload, 'name'>, scenario: string): string {
  const file = basename(scenario);
  return file.startsWith(`${name}-`) ? file.slice(name.length + 1) : file;
}

/** The table of `npm start -- --list`. */
export function listOf(workloads: readonly Pick<Workload, 'name' | 'promise'>[]): string {
  const rows = [{ name: 'system', promise: 'promises' }, ...workloads];
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows.map(({ name, promise }) => `${name.padEnd(width)}  ${promise}\n`).join('');
}
