import type { LaneTotals } from './compare-account.ts';

/** Every identity is kept for at least this long, whatever the consumers are told. */
const SHORTEST_IDENTITY_LIFE_MS = 86_400_000;

/**
 * Identities that came between two readings; null when they were not counted, or when some may have expired, so that
 * the difference would show losses that never happened.
 */
export function newIdentities(before: LaneTotals, after: LaneTotals): number | null {
  if (before.identities === null || after.identities === null) return null;
  const added = after.identities - before.identities;
  const nothingExpired =
    before.expiryMark !== undefined && before.expiryMark !== null && before.expiryMark === after.expiryMark;
  if (nothingExpired) return added;
  if (before.identities !== before.total) return null;
  // Every message ever counted still has one.
  if (after.identities >= after.total) return added;
  return mayHaveExpired(before, after) ? null : added;
}

function mayHaveExpired(before: LaneTotals, after: LaneTotals): boolean {
  if (before.readAt === undefined || after.readAt === undefined) return false;
  // How old the earlier ones were is not known. Those of this run are younger than the reading before it.
  return before.identities !== 0 || after.readAt - before.readAt >= SHORTEST_IDENTITY_LIFE_MS;
}
