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
export {
  type AcceptedReading,
  judgeLight,
  type LaneReading,
  type Light,
  type LightMemory,
  type LightReading,
  type LightReason,
  REST_MS,
  staleLight,
} from './light.ts';
export { describeFinding, type Verdict, type VerdictState, verdictOf } from './verdict.ts';
