import { randomUUID } from 'node:crypto';
import type { Account } from '@caudal/common/account';
import { describeLane } from '@caudal/common/lanes';
import { encodeEnvelope } from '@caudal/common/message';
import { waitUntil } from '../../../../../tools/lib/wait-until.ts';
import type { ServerAddresses } from '../../../../../tools/servers/servers.ts';
import { storeUrlOf } from '../messages/lanes.ts';
import { plantFault } from '../messages/verify/plant-fault.ts';
import { partOf } from '../messages/verify/planted-lanes.ts';
import { type PlantedRecord, withPlantedLog } from '../messages/verify/planted-log.ts';
import type { PlantedMessage } from '../messages/verify/plants.ts';
import { withRawStore } from '../messages/verify/raw-store.ts';
import { type ConsoleLane, withSelfTestConsole } from '../messages/verify/self-test-console.ts';
import { judgeLive, judgeRecord } from './judge-live.ts';
import { type LiveFrame, LiveReader } from './live-reader.ts';
import { CLEAN_LIVE, LIVE_FAULTS, type LivePlant } from './plants.ts';

const MESSAGES = 300;
const COUNTRIES = ['ES', 'FR', 'JP'] as const;
const PARTITIONS = 3;
const READ_WITHIN_MS = 30_000;

/**
 * Writes messages to a real log and their counts to a real store, has a real console stream and count them, and plants each fault
 * between it and the judge, or in the store. The judge must report each fault and nothing else.
 *
 * @returns deviations by plant; empty for one that was reported correctly
 */
export async function checkLivePlants(options: {
  readonly addresses: ServerAddresses;
  readonly stateDirectory: string;
  readonly onEvent: (line: string) => void;
}): Promise<ReadonlyMap<LivePlant, readonly string[]>> {
  const { addresses } = options;
  const topic = `self-test-${randomUUID().slice(0, 8)}`;
  const url = storeUrlOf(describeLane({ name: 'kafka-redis', broker: 'kafka', store: 'redis' }), addresses);
  const plants = [CLEAN_LIVE, ...LIVE_FAULTS];
  const lanes = plants.map(
    (_, index): ConsoleLane => ({
      name: `plant-${index}`,
      broker: 'kafka',
      store: 'redis',
      storeUrl: url,
      storeKeyPrefix: `${topic}:${index}:`,
    }),
  );
  const accepted = Object.fromEntries(COUNTRIES.map((country) => [country, MESSAGES / COUNTRIES.length]));
  const live = { brokers: addresses.kafka.brokers, topic };
  return withPlantedLog(live, PARTITIONS, loggedMessages(), async () => {
    try {
      for (const [index, { counted = 1 }] of plants.entries()) {
        await withRawStore({ url }, (raw) =>
          plantFault(raw, `${topic}:${index}:`, storedMessages(counted), 0),
        );
      }
      return await withSelfTestConsole({ ...options, lanes, live }, async (client, consoleUrl) => {
        const empty = { total: 0, byCountry: {}, identities: 0, readAt: Date.now() };
        const before = Object.fromEntries(lanes.map(({ name }) => [name, empty]));
        const account = await client.compare({ accepted, unknown: {}, before });
        const frames = await readAll(consoleUrl);
        return new Map(
          plants.map((plant, index) => [
            plant,
            missesOf(plant, partOf(account, `plant-${index}`), frames, accepted),
          ]),
        );
      });
    } finally {
      await withRawStore({ url }, (raw) => raw.removeAll(`${topic}:`));
    }
  });
}

/** The messages as the log has them. */
function loggedMessages(): readonly PlantedRecord[] {
  return Array.from({ length: MESSAGES }, (_, sequence) => ({
    partition: sequence % PARTITIONS,
    value: encodeEnvelope({
      description: 'self-test',
      country: COUNTRIES[sequence % COUNTRIES.length] as string,
      weather: 'sunny',
      producer: 'self-test',
      sequence,
      acceptedAt: Date.now(),
    }),
  }));
}

/** The messages as a store has them, the first counted `counted` times. */
function storedMessages(counted: number): readonly PlantedMessage[] {
  return Array.from({ length: MESSAGES }, (_, sequence) => ({
    identity: `p:self-test:${sequence}`,
    country: COUNTRIES[sequence % COUNTRIES.length] as string,
    weather: 'sunny',
    counted: sequence === 0 ? counted : 1,
    isRemembered: true,
  }));
}

async function readAll(consoleUrl: string): Promise<readonly LiveFrame[]> {
  const reader = new LiveReader('viewer', consoleUrl, fetch, '?from=earliest');
  await reader.start();
  await waitUntil(() => reader.count >= MESSAGES, { timeoutMs: READ_WITHIN_MS, everyMs: 20 });
  return (await reader.stop()).frames;
}

/** Deviations from the required report; empty when it is correct. */
function missesOf(
  plant: LivePlant,
  account: Account,
  frames: readonly LiveFrame[],
  accepted: Readonly<Record<string, number>>,
): readonly string[] {
  const record = {
    reader: 'viewer',
    frames: plant.pass?.(frames) ?? frames,
    missed: 0,
    pauses: 0,
    reconnects: 0,
  };
  const verdict = judgeLive({
    account,
    request: { accepted, unknown: {}, before: {} },
    live: { records: [judgeRecord(record, accepted)] },
  });
  const [found, required] = [show(verdict.findings), show(plant.findings)];
  return [
    ...(found === required ? [] : [`reported ${found || 'nothing'}`]),
    ...(verdict.exact === (plant.findings.length === 0) ? [] : [`was exact: ${verdict.exact}`]),
  ];
}

function show(findings: readonly { readonly kind: string; readonly count: number }[]): string {
  return findings
    .map(({ kind, count }) => `${kind} ${count}`)
    .sort()
    .join(', ');
}
