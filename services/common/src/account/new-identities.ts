import type { LaneTotals } from './account.ts';

/** Minimum retention of an identity, regardless of the consumers' configuration. */
const SHORTEST_IDENTITY_LIFE_MS = 86_400_000;

/**
 * Returns the identities added between two readings; null if they were not counted, or if some may have expired, because
 * the difference would then show false losses.
 */
export function newIdentities(before: LaneTotals, after: LaneTotals): number | null {
  if (before.identities === null || after.identities === null) return null;
  const added = after.identities - before.identities;
  const nothingExpired =
    before.expiryMark !== undefined && before.expiryMark !== null && before.expiryMark === after.expiryMark;
  if (nothingExpired) return added;
  if (before.identities !== before.total) return null;
  // Every counted message still has an identity.
  if (after.identities >= after.total) return added;
  return mayHaveExpired(before, after) ? null : added;
}

function mayHaveExpired(before: LaneTotals, after: LaneTotals): boolean {
  if (before.readAt === undefined || after.readAt === undefined) return false;
  // The age of earlier identities is unknown. Those of this run are newer than the reading before it.
  return before.identities !== 0 || after.readAt - before.readAt >= SHORTEST_IDENTITY_LIFE_MS;
}
