export {
  type Account,
  type AccountInput,
  type AccountRow,
  assembleAccount,
  compareAccount,
  type Finding,
  type FindingKind,
  type LaneAccount,
  type LaneTotals,
  type PerCountry,
} from './compare-account.ts';
export { type CountryCounts, findFaults } from './find-faults.ts';
export type { LaneBacklog, LaneReport } from './lane-report.ts';
export { describeFinding, type Verdict, type VerdictState, verdictOf } from './verdict.ts';
