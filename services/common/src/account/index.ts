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
export { judgeLight, type LightMemory, REST_MS, staleLight } from './light.ts';
export type { AcceptedReading, LaneReading, Light, LightReading, LightReason } from './light-reading.ts';
export { describeFinding, type Verdict, type VerdictState, verdictOf } from './verdict.ts';
