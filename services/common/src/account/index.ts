export type {
  Account,
  AccountInput,
  AccountRow,
  CountryCounts,
  Finding,
  FindingKind,
  LaneAccount,
  LaneTotals,
  PerCountry,
} from './account.ts';
export { assembleAccount, compareAccount } from './compare-account.ts';
export { findFaults } from './find-faults.ts';
export type { LaneBacklog, LaneReport } from './lane-report.ts';
export { describeFinding, type Verdict, type VerdictState, verdictOf } from './verdict.ts';
