import type { VerdictState } from '@caudal/common/account';
import type { FindingKind } from '@caudal/common/verdict';
import type { RawRows, StoredRow } from '../messages/verify/rows/stored-row.ts';
import { weatherOf } from '../messages/verify/weather-account.ts';

/** What faults are planted into: a lane that the product's own store has filled from a log. */
export interface RowGround {
  /** Everything that was accepted, in the order of the log. */
  readonly rows: readonly StoredRow[];
  /** Source of the log, `topic:partition`. */
  readonly source: string;
  /** Offset after its last message. */
  readonly end: number;
}

/** A fault in a store that keeps rows, and the exact report required for it. */
export interface RowPlant {
  readonly name: string;
  /** Messages at the end of the log that the store has not been given. Default: none. */
  readonly withheld?: number;
  plant(raw: RawRows, ground: RowGround): Promise<void>;
  /** What the console must call the account by its counts and identities. */
  readonly state: VerdictState;
  /** What the rows must show. */
  readonly findings: readonly { readonly kind: FindingKind; readonly count: number }[];
}

/** No fault: must be exact. */
export const CLEAN_ROWS: RowPlant = {
  name: 'no fault',
  plant: () => Promise.resolve(),
  state: 'exact',
  findings: [],
};

/** Messages that a position skips. */
const SKIPPED = 3;

/** What can be wrong between rows, counts and positions. */
export const ROW_FAULTS: readonly RowPlant[] = [
  {
    name: 'a lost row',
    plant: (raw, { rows }) => raw.remove(rows[0] as StoredRow),
    state: 'faulty',
    findings: [{ kind: 'lost', count: 1 }],
  },
  {
    name: 'a doubled row',
    // As if it had been stored again under another identity: counts, rows and identities agree.
    async plant(raw, { rows }) {
      const row = rows[1] as StoredRow;
      await raw.insert({ ...row, scope: 'k:doubled', sequence: 0 });
      await raw.addToCounts(row.country, weatherOf(row.weather), 1);
    },
    state: 'exact',
    findings: [{ kind: 'doubled', count: 1 }],
  },
  {
    name: 'a count that differs from its rows',
    plant: (raw, { rows }) => raw.addToCounts((rows[2] as StoredRow).country, 'other', 1),
    state: 'faulty',
    findings: [{ kind: 'diverged', count: 1 }],
  },
  {
    name: 'an offset ahead of its rows',
    withheld: SKIPPED,
    plant: (raw, { source, end }) => raw.setPosition(source, end),
    state: 'faulty',
    findings: [{ kind: 'skipped', count: SKIPPED }],
  },
];
