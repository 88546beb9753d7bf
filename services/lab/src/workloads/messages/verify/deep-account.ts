import {
  type Account,
  assembleAccount,
  type CountryCounts,
  type Finding,
  findFaults,
} from '@caudal/common/account';
import type { KeyInspection } from './inspect-keys.ts';

/**
 * Repeats the account with each store's record of every message of the load. It finds what counts cannot show: a loss
 * hidden by a message of another sender or of unknown outcome, a loss and a double that cancel each other after some
 * identities have expired, and a lane that lacks one key.
 *
 * Two messages counted under each other's country leave the store in the correct state: that cannot be detected.
 *
 * @param inspections by lane; a lane that was not inspected keeps its findings
 * @param mayHaveExpired whether missing keys may have expired, so that they do not prove a loss
 */
export function deepAccount(
  account: Account,
  inspections: ReadonlyMap<string, KeyInspection>,
  mayHaveExpired = false,
): Account {
  return assembleAccount(
    account.lanes.map(({ lane, identities }) => {
      const inspection = inspections.get(lane);
      const countries = account.rows.filter((row) => row.lane === lane);
      const isForgotten =
        mayHaveExpired && inspection !== undefined && Object.keys(inspection.missingByCountry).length > 0;
      if (inspection === undefined || isForgotten) {
        const findings = account.findings.filter((finding) => finding.lane === lane);
        return { lane, countries: countries.map(countsOf), identities, findings };
      }
      const found = countries.map(({ country, stored }) => ({
        country,
        accepted: inspection.foundByCountry[country] ?? 0,
        unknown: 0,
        stored,
      }));
      const counted = findFaults({
        lane,
        countries: found,
        identities,
        totalDelta: found.reduce((sum, { stored }) => sum + stored, 0),
      });
      const lost = countries.flatMap(({ country, accepted }): Finding[] => {
        const expected = inspection.expectedByCountry[country] ?? 0;
        // Unknown messages of this country that the log does not name; they may be missing.
        const unnamed = Math.max(0, expected - accepted);
        const count = (inspection.missingByCountry[country] ?? 0) - unnamed;
        return count > 0 ? [{ lane, country, kind: 'lost', count }] : [];
      });
      const refused = Object.entries(inspection.refusedByCountry).map(
        ([country, count]): Finding => ({ lane, country, kind: 'refused', count }),
      );
      const totals = account.findings.filter((finding) => finding.lane === lane && finding.kind === 'total');
      return {
        lane,
        countries: countries.map(countsOf),
        identities: identities ?? Object.values(inspection.foundByCountry).reduce((sum, n) => sum + n, 0),
        findings: merge([...lost, ...counted, ...refused, ...totals]),
      };
    }),
  );
}

function countsOf({ country, accepted, unknown, stored }: CountryCounts): CountryCounts {
  return { country, accepted, unknown, stored };
}

/** Merges findings of the same kind and place. */
function merge(findings: readonly Finding[]): Finding[] {
  const merged = new Map<string, Finding>();
  for (const finding of findings) {
    const key = [finding.kind, finding.country, finding.countedAs].join();
    merged.set(key, { ...finding, count: finding.count + (merged.get(key)?.count ?? 0) });
  }
  return [...merged.values()];
}
