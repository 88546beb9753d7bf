import type { Account } from '@caudal/common/account';
import type { Finding } from '@caudal/common/verdict';
import { formatCount } from '../../../../report/text-table.ts';
import type { LaneStore } from '../lane-store.ts';
import type { Ledger } from '../ledger.ts';
import { judgeRows } from './judge-rows.ts';
import type { LaneLog } from './read-log.ts';
import type { RawRows } from './stored-row.ts';
import { tallyRows } from './tally-rows.ts';
import { withRows } from './with-rows.ts';

/** A lane whose rows are verified. */
interface RowLane {
  readonly lane: string;
  /** Its log; absent for a queue, and for a log that this machine does not reach. */
  readonly log?: LaneLog | undefined;
  readonly apiKey?: string | undefined;
  /** The load's accepted messages by country, as the account has them for this lane. */
  readonly accepted: Readonly<Record<string, number>>;
  /** Whether the load is so old that its rows may have been removed. */
  readonly isOld: boolean;
}

/** What was found in a lane's rows, with a line that says what was read. */
export interface RowVerdict {
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

/** Reads rows, counts and positions of a lane, and holds them against each other, the log and the ledger. */
async function verifyRows(raw: RawRows, ledger: Ledger, options: RowLane): Promise<RowVerdict> {
  const { lane, log, apiKey, accepted, isOld } = options;
  const counts = await raw.counts();
  const positions = await raw.positions();
  const tally = await tallyRows(raw.rows(), ledger, apiKey);
  const passed =
    log === undefined ? undefined : await (await import('./read-log.ts')).readPassed(log, positions);
  const findings = judgeRows({ lane, tally, counts, accepted, passed, mayHaveExpired: isOld });
  const counted = sum(counts.byCountry);
  const expired = counts.expired === 0 ? '' : `, ${counts.expired ?? 'some'} expired`;
  return {
    findings,
    notes: [
      `${lane}: ${formatCount(tally.rows)} rows read by ${raw.means}, ${formatCount(tally.identities)} identities, ${formatCount(counted)} counted${expired}`,
      ...(tally.withTexts === tally.rows
        ? []
        : [
            `${lane}: this user may not read what messages say: copies under another identity are not looked for`,
          ]),
      ...(passed === undefined
        ? []
        : [`${lane}: ${formatCount(passed.size)} messages of its log before ${positions.size} positions`]),
      ...findings.flatMap(({ kind, detail, examples }) => [
        `${lane}: ${kind}, ${detail}`,
        ...examples.map((example) => `${lane}:   ${example}`),
      ]),
    ],
  };
}

/** Verifies the rows of lanes, one after the other. @throws Error when a store or its log does not answer */
export async function verifyLaneRows(
  stores: readonly LaneStore[],
  account: Account,
  ledger: Ledger,
  options: Pick<RowLane, 'apiKey' | 'isOld'> = { isOld: false },
): Promise<RowVerdict> {
  const findings: Finding[] = [];
  const notes: string[] = [];
  for (const store of stores) {
    const { lane, log } = store;
    const accepted = Object.fromEntries(
      account.rows.filter((row) => row.lane === lane).map((row) => [row.country, row.accepted]),
    );
    const verdict = await withRows(store, (raw) =>
      verifyRows(raw, ledger, { ...options, lane, log, accepted }),
    );
    findings.push(...verdict.findings);
    notes.push(...verdict.notes);
  }
  return { findings, notes };
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, n) => total + n, 0);
}
