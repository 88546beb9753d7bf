import { randomBytes } from 'node:crypto';
import { type Account, verdictOf } from '@caudal/common/account';
import type { Lane } from '@caudal/common/lanes';
import { createLogger } from '@caudal/common/logging';
import type { Envelope } from '@caudal/common/message';
import { createStore } from '@caudal/common/stores';
import type { Finding } from '@caudal/common/verdict';
import type { ServerAddresses } from '../../../../../tools/servers/servers.ts';
import { identityOf, type Ledger, ledgerRequests } from '../messages/verify/ledger.ts';
import {
  consoleLanesOf,
  type PlantedLane,
  partOf,
  plantedLanes,
  unsentLedger,
} from '../messages/verify/planted-lanes.ts';
import { withPlantedLog } from '../messages/verify/planted-log.ts';
import type { LaneLog } from '../messages/verify/rows/read-log.ts';
import type { RawRows, StoredRow } from '../messages/verify/rows/stored-row.ts';
import { verifyLaneRows } from '../messages/verify/rows/verify-rows.ts';
import { withRows } from '../messages/verify/rows/with-rows.ts';
import { withSelfTestConsole } from '../messages/verify/self-test-console.ts';
import { CLEAN_ROWS, ROW_FAULTS, type RowGround, type RowPlant } from './plants.ts';

const MESSAGES = 300;
const BATCH_MESSAGES = 100;

/**
 * Has the product's own stores write a log's messages into schemas of their own, plants a fault in each through an independent
 * client, and has them judged: by the console's account and by their rows. Both must report each fault and nothing else.
 *
 * @returns deviations by plant; empty for one that was reported correctly in every lane
 */
export async function checkRowPlants(
  lanes: readonly Lane[],
  options: {
    readonly addresses: ServerAddresses;
    readonly stateDirectory: string;
    readonly onEvent: (line: string) => void;
  },
): Promise<ReadonlyMap<RowPlant, readonly string[]>> {
  const { addresses } = options;
  const scratch = `self-test-${randomBytes(3).toString('hex')}`;
  const log: LaneLog = { brokers: addresses.kafka.brokers, topic: scratch };
  const ledger = unsentLedger(MESSAGES);
  const envelopes = envelopesOf(ledger);
  const ground = groundOf(envelopes, scratch);
  const planted = plantedLanes(
    [CLEAN_ROWS, ...ROW_FAULTS],
    lanes,
    addresses,
    (plant) => `${scratch}-${plant}:`,
  );
  const records = envelopes.map((envelope) => ({ partition: 0, value: JSON.stringify(envelope) }));
  return withPlantedLog(log, 1, records, async () => {
    try {
      for (const lane of planted) {
        await fill(lane, envelopes.slice(0, MESSAGES - (lane.plant.withheld ?? 0)), ground.source);
        await withRowsOf(lane, (raw) => lane.plant.plant(raw, ground));
      }
      const account = await withSelfTestConsole({ ...options, lanes: consoleLanesOf(planted) }, (client) => {
        const empty = { total: 0, byCountry: {}, identities: 0, readAt: Date.now() };
        const before = Object.fromEntries(planted.map(({ name }) => [name, empty]));
        return client.compare({ accepted: countriesOf(ground.rows), unknown: {}, before });
      });
      const misses = new Map<RowPlant, string[]>();
      for (const lane of planted) {
        const missed = await missesOf(lane, account, ledger, log);
        misses.set(lane.plant, [...(misses.get(lane.plant) ?? []), ...missed]);
      }
      return misses;
    } finally {
      for (const lane of planted) await withRowsOf(lane, (raw) => raw.drop());
    }
  });
}

function envelopesOf(ledger: Ledger): readonly Envelope[] {
  const acceptedAt = Date.now();
  return [...ledgerRequests(ledger)].flatMap((request) =>
    request.messages.map((message, sequence) => ({
      ...message,
      key: identityOf(request, undefined),
      sequence,
      acceptedAt,
    })),
  );
}

function groundOf(envelopes: readonly Envelope[], topic: string): RowGround {
  return {
    rows: envelopes.map(({ key, sequence, country, weather, description, acceptedAt }) => ({
      scope: `k:${key}`,
      sequence,
      country,
      weather,
      description,
      acceptedAt,
    })),
    source: `${topic}:0`,
    end: envelopes.length,
  };
}

function countriesOf(rows: readonly StoredRow[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { country } of rows) counts[country] = (counts[country] ?? 0) + 1;
  return counts;
}

/** Stores messages as a consumer of the lane does. */
async function fill(
  lane: PlantedLane<RowPlant>,
  envelopes: readonly Envelope[],
  source: string,
): Promise<void> {
  const store = await createStore(
    lane.store,
    {
      clientName: 'self-test',
      url: lane.storeUrl,
      ca: undefined,
      keyPrefix: lane.storeKeyPrefix,
      commandTimeoutMs: 30_000,
      schema: 'create',
    },
    createLogger('self-test', 'error'),
  );
  try {
    await store.connect();
    for (let from = 0; from < envelopes.length; from += BATCH_MESSAGES) {
      const next = Math.min(from + BATCH_MESSAGES, envelopes.length);
      const { kind } = await store.apply({
        envelopes: envelopes.slice(from, next),
        positions: [{ source, expected: from === 0 ? null : from, next }],
      });
      if (kind !== 'applied') throw new Error(`${lane.name}: ${kind}`);
    }
  } finally {
    await store.close();
  }
}

function withRowsOf<T>(
  { storeUrl: url, storeKeyPrefix: keyPrefix }: PlantedLane<RowPlant>,
  work: (raw: RawRows) => Promise<T>,
): Promise<T> {
  return withRows({ url, keyPrefix }, work);
}

/** Deviations from the required report in a lane; empty when it is correct. */
async function missesOf(
  lane: PlantedLane<RowPlant>,
  account: Account,
  ledger: Ledger,
  log: LaneLog,
): Promise<string[]> {
  const { plant, name, of: label } = lane;
  const part = partOf(account, name);
  const { state } = verdictOf(part);
  const store = { lane: name, url: lane.storeUrl, keyPrefix: lane.storeKeyPrefix, log };
  const { findings } = await verifyLaneRows([store], part, ledger);
  const [found, required] = [show(merged(findings)), show(plant.findings)];
  return [
    ...(state === plant.state ? [] : [`${label} was called ${state}`]),
    ...(found === required ? [] : [`${label}, by its rows, reported ${found || 'nothing'}`]),
  ];
}

/** One finding a kind: they are listed by country. */
function merged(findings: readonly Finding[]): { readonly kind: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const { kind, count } of findings) counts.set(kind, (counts.get(kind) ?? 0) + count);
  return [...counts].map(([kind, count]) => ({ kind, count }));
}

function show(findings: readonly { readonly kind: string; readonly count: number }[]): string {
  return findings
    .map(({ kind, count }) => `${kind} ${count}`)
    .sort()
    .join(', ');
}
