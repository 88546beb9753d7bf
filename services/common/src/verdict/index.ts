export { FINDING_KINDS, type Finding, type FindingKind, finding, MAX_EXAMPLES } from './finding.ts';
export { type Verdict, verdictOf } from './verdict.ts';
