import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { compareAccount, type Finding, type PerCountry, verdictOf } from '@caudal/common/account';
import { keyScope } from '@caudal/common/message';
import type { LoadAccount, OutcomeCounts } from '../../../../../../load-tests/lib/account.ts';
import { deepAccount } from '../../../../src/workloads/messages/verify/deep-account.ts';
import { inspectKeys } from '../../../../src/workloads/messages/verify/inspect-keys.ts';
import {
  identityOf,
  type Ledger,
  ledgerRequests,
  readLedger,
} from '../../../../src/workloads/messages/verify/ledger.ts';
import type { RawStore } from '../../../../src/workloads/messages/verify/raw-store.ts';
import { type StoreRecord, storeRecordOf } from '../../../../src/workloads/messages/verify/store-record.ts';

const MESSAGES = 60;
const HOUR_MS = 3_600_000;

function ledgerOf(notAccepted: Ledger['notAccepted'] = new Map(), batch = 1, unlisted = 0): Ledger {
  const account = {
    seed: 'deep',
    keys: { prefix: 'p', batch, messages: MESSAGES },
    requests: { total: Math.ceil(MESSAGES / batch) },
  } as LoadAccount;
  const ledger: Ledger = { account, notAccepted };
  const perCountry: Record<string, OutcomeCounts> = {};
  for (const { outcome, messages, key } of ledgerRequests(ledger)) {
    const isUnlisted = Number(key.slice(2)) < unlisted;
    for (const { country } of messages) {
      perCountry[country] ??= { accepted: 0, refused: 0, unknown: 0 };
      perCountry[country][isUnlisted ? 'unknown' : outcome] += 1;
    }
  }
  return { account: { ...account, perCountry }, notAccepted };
}

/**
 * A store in memory that does what its lane should: every message but the left out ones. `isFormer`: as an earlier
 * release did, with the first messages in bitmaps as well.
 */
function storeOf(ledger: Ledger, isStored: (key: string, position: number) => boolean, isFormer = false) {
  const bitmaps = new Map<string, Buffer>();
  const firsts = new Set<string>();
  const counts: Record<string, number> = {};
  for (const { key, messages } of ledgerRequests(ledger)) {
    messages.forEach(({ country }, position) => {
      if (!isStored(key, position)) return;
      counts[country] = (counts[country] ?? 0) + 1;
      const record = storeRecordOf(identityOf({ key, messages }, undefined), 'x:');
      if (position === 0 && !isFormer) {
        firsts.add(record.bucket + record.field);
        return;
      }
      const name = record.bitmap;
      const bitmap = bitmaps.get(name) ?? Buffer.alloc(125);
      bitmap[position >> 3] = (bitmap[position >> 3] ?? 0) | (0x80 >> (position & 7));
      bitmaps.set(name, bitmap);
    });
  }
  const raw = {
    bitmaps: async (records: readonly StoreRecord[]) =>
      records.map(({ bitmap }) => bitmaps.get(bitmap) ?? null),
    lastUses: async (records: readonly StoreRecord[]) =>
      records.map(({ bucket, field }) => (firsts.has(bucket + field) ? '20000' : null)),
  } as unknown as RawStore;
  const forget = () => {
    bitmaps.clear();
    firsts.clear();
  };
  return { raw, counts, forget };
}

async function deep(
  ledger: Ledger,
  store: ReturnType<typeof storeOf>,
  more: {
    readonly extra?: PerCountry;
    readonly identities?: number;
    readonly expired?: boolean;
    readonly mayHaveExpired?: boolean;
  } = {},
): Promise<{ findings: readonly Omit<Finding, 'lane'>[]; exact: boolean; line: string; byCounts: boolean }> {
  const byCountry = { ...store.counts };
  for (const [country, count] of Object.entries(more.extra ?? {}))
    byCountry[country] = (byCountry[country] ?? 0) + count;
  const total = Object.values(byCountry).reduce((sum, n) => sum + n, 0);
  const of = (outcome: 'accepted' | 'unknown') =>
    Object.fromEntries(
      Object.entries(ledger.account.perCountry).map(([country, counts]) => [country, counts[outcome]]),
    );
  const account = compareAccount({
    accepted: of('accepted'),
    unknown: of('unknown'),
    lanes: [
      {
        lane: 'l',
        before: { total: 0, byCountry: {}, identities: 0, readAt: 0, expiryMark: 'a' },
        after: {
          total,
          byCountry,
          identities: more.expired ? 0 : (more.identities ?? total),
          readAt: 25 * HOUR_MS,
          expiryMark: more.expired ? 'b' : 'a',
        },
      },
    ],
  });
  const inspection = await inspectKeys(store.raw, ledger, { keyPrefix: 'x:', apiKey: undefined });
  const result = deepAccount(account, new Map([['l', inspection]]), more.mayHaveExpired);
  return {
    findings: result.findings.map(({ lane: _lane, ...finding }) => finding),
    exact: result.exact,
    line: verdictOf(result).line,
    byCounts: account.exact,
  };
}

describe('the ledger of a load', () => {
  it('derives the keys of a store as the services do', () => {
    const messages = [{ description: 'sol y viento', country: 'ES', weather: 'sunny' }] as const;
    const request = { key: 'a-key', messages };
    assert.equal(identityOf(request, undefined), keyScope('', 'a-key', messages));
    assert.notEqual(identityOf(request, 'secret'), identityOf(request, undefined));
  });

  it('cuts the last request to the size it had', () => {
    const sizes = [...ledgerRequests(ledgerOf(new Map(), 7))].map(({ messages }) => messages.length);
    assert.deepEqual([sizes.length, sizes[0], sizes.at(-1)], [9, 7, 4]);
  });

  const folder = mkdtempSync(join(tmpdir(), 'caudal-ledger-'));
  after(() => rmSync(folder, { recursive: true }));

  it('takes what was not accepted from the log', () => {
    const file = join(folder, 'account.json');
    writeFileSync(file, JSON.stringify(ledgerOf().account));
    writeFileSync(
      join(folder, 'k6.log'),
      'time="x" level=warning msg="NOT-ACCEPTED unknown 7" source=console\nmsg="NOT-ACCEPTED refused 12"\n',
    );
    assert.deepEqual(
      [...readLedger(file).notAccepted],
      [
        [7, 'unknown'],
        [12, 'refused'],
      ],
    );
  });

  it('says what is missing when there is none', () => {
    const file = join(folder, 'old.json');
    assert.throws(() => readLedger(file), /cannot read .*old.json/);
    writeFileSync(file, JSON.stringify({ perCountry: {} }));
    assert.throws(() => readLedger(file), /does not contain the load's keys/);
  });
});

describe('a deep account', () => {
  const ledger = ledgerOf();
  const [first] = ledgerRequests(ledger);
  const home = first?.messages[0]?.country ?? '';

  it('is exact when every key is there, by counts or not', async () => {
    for (const [expired, isFormer] of [
      [false, false],
      [true, false],
      [false, true],
    ]) {
      const { findings, exact, line } = await deep(
        ledger,
        storeOf(ledger, () => true, isFormer),
        { expired: expired === true },
      );
      assert.deepEqual([findings, exact], [[], true]);
      assert.equal(line, 'exact: every accepted message is in every store, once');
    }
  });

  it('finds a loss hidden by a message from another sender, which counts and identities do not', async () => {
    const store = storeOf(ledger, (key) => key !== 'p-0');
    const { findings, exact, byCounts } = await deep(ledger, store, { extra: { [home]: 1 } });
    assert.equal(byCounts, true);
    assert.deepEqual(findings, [
      { country: home, kind: 'lost', count: 1 },
      { country: home, kind: 'other', count: 1 },
    ]);
    assert.equal(exact, false);
  });

  it('finds a loss and a double in one country after identities have expired', async () => {
    const store = storeOf(ledger, (key) => key !== 'p-0');
    const { findings, byCounts } = await deep(ledger, store, { extra: { [home]: 1 }, expired: true });
    assert.equal(byCounts, true);
    assert.deepEqual(findings, [
      { country: home, kind: 'lost', count: 1 },
      { country: home, kind: 'doubled', count: 1 },
    ]);
  });

  it('finds an accepted message that is lost behind one of unknown outcome that arrived', async () => {
    const same = [...ledgerRequests(ledger)].filter(({ messages }) => messages[0]?.country === home);
    const unknownKey = same[1]?.key ?? '';
    const listed = ledgerOf(new Map([[Number(unknownKey.slice(2)), 'unknown']]));
    const { findings, byCounts } = await deep(
      listed,
      storeOf(listed, (key) => key !== 'p-0'),
    );
    assert.equal(byCounts, true);
    assert.deepEqual(findings, [{ country: home, kind: 'lost', count: 1 }]);
  });

  it('takes messages of an interrupted load that nothing names for unknown, and no more of them', async () => {
    const interrupted = ledgerOf(new Map(), 1, 1);
    const missing = (keys: readonly string[]) =>
      deep(
        interrupted,
        storeOf(interrupted, (key) => !keys.includes(key)),
      );
    assert.equal((await missing(['p-0'])).exact, true);
    const same = [...ledgerRequests(ledger)].filter(({ messages }) => messages[0]?.country === home);
    const { findings } = await missing(['p-0', same[1]?.key ?? '']);
    assert.deepEqual(findings, [{ country: home, kind: 'lost', count: 1 }]);
  });

  it('finds one message of a batch, and names its key and place', async () => {
    const batches = ledgerOf(new Map(), 7);
    const store = storeOf(batches, (key, position) => !(key === 'p-2' && position === 3));
    const { firstMissing, asked } = await inspectKeys(store.raw, batches, {
      keyPrefix: 'x:',
      apiKey: undefined,
    });
    assert.equal(asked, 9);
    assert.deepEqual(
      firstMissing.map(({ key, position }) => [key, position]),
      [['p-2', 3]],
    );
  });

  it('names what was refused but is stored', async () => {
    const refused = ledgerOf(new Map([[0, 'refused']]));
    const { findings, exact, line } = await deep(
      refused,
      storeOf(refused, () => true),
    );
    assert.deepEqual(findings, [{ country: home, kind: 'refused', count: 1 }]);
    assert.equal(exact, false);
    assert.match(line, /refused but stored 1/);
  });

  it('proves no loss by keys that may have expired', async () => {
    const store = storeOf(ledger, () => true);
    store.forget();
    const old = await deep(ledger, store, { expired: true, mayHaveExpired: true });
    assert.deepEqual([old.findings, old.exact], [[], true]);
    assert.equal(old.line, 'exact by counts; identities have expired');
    const young = await deep(ledger, store);
    assert.equal(young.line, `NOT exact: lost ${MESSAGES}, doubled 0`);
  });
});
