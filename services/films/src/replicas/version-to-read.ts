import type { Observation } from './observation.ts';

type Versions = Pick<Observation, 'current' | 'kept'>;

/**
 * The version for reads that name none: the newest that all servers have, so that an import does not send all reads to the server that has
 * it first. It does not go back while a server still has it.
 *
 * @param before what was returned the last time
 * @returns undefined where no server has a current version
 */
export function versionToRead(before: number | undefined, servers: readonly Versions[]): number | undefined {
  const currents = servers.flatMap(({ current }) => current ?? []);
  if (currents.length === 0) return undefined;
  const common = Math.min(...currents);
  return before !== undefined && before > common && servers.some(({ kept }) => kept.includes(before))
    ? before
    : common;
}
