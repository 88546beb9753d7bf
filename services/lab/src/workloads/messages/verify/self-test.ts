import { randomUUID } from 'node:crypto';
import { type Account, type Finding, type PerCountry, verdictOf } from '@caudal/common/account';
import type { Lane } from '@caudal/common/lanes';
import type { ServerAddresses } from '../../../../../../tools/servers/servers.ts';
import type { ConsoleClient } from '../load/console-client.ts';
import { identityOf, type Ledger, ledgerRequests } from './ledger.ts';
import { plantFault } from './plant-fault.ts';
import { consoleLanesOf, type PlantedLane, partOf, plantedLanes, unsentLedger } from './planted-lanes.ts';
import { CLEAN, FAULTS, type Ground, type Plant, type PlantedMessage } from './plants.ts';
import { withRawStore } from './raw-store.ts';
import { withSelfTestConsole } from './self-test-console.ts';
import { verifyDeeply } from './verify-deep.ts';
import { weatherOf } from './weather-account.ts';

const MESSAGES = 300;
const A_DAY_AND_MORE_MS = 90_000_000;

/**
 * Plants faults in the real stores of these lanes, under separate key prefixes. A real console reads them back and compares;
 * both the account and the deep account must report each fault and nothing else. A lane without a fault must be exact.
 *
 * @returns deviations by plant; empty for one that was reported correctly in every lane
 */
export async function checkPlants(
  lanes: readonly Lane[],
  options: {
    readonly addresses: ServerAddresses;
    readonly stateDirectory: string;
    readonly onEvent: (line: string) => void;
  },
): Promise<ReadonlyMap<Plant, readonly string[]>> {
  const { addresses } = options;
  const scratch = `self-test:${randomUUID()}:`;
  const plants = [CLEAN, ...FAULTS];
  const planted = plantedLanes(plants, lanes, addresses, (plant, lane) => `${scratch}${plant}-${lane}:`);
  const ledger = unsentLedger(MESSAGES);
  const ground = groundOf(ledger);
  try {
    for (const { plant, storeUrl: url, storeKeyPrefix } of planted) {
      await withRawStore({ url }, (raw) =>
        plantFault(raw, storeKeyPrefix, plant.messages(ground), plant.totalOff ?? 0),
      );
    }
    const reports = await withSelfTestConsole(
      { ...options, lanes: consoleLanesOf(planted) },
      async (client) => {
        const accounts = new Map<Plant, Account>();
        // One comparison for all plants with the same load.
        const alike = await compare(client, planted, ground, {});
        for (const plant of plants) {
          const unknown = plant.unknown?.(ground);
          accounts.set(
            plant,
            unknown === undefined ? alike : await compare(client, planted, ground, unknown),
          );
        }
        return accounts;
      },
    );
    const misses = new Map<Plant, readonly string[]>();
    for (const [plant, account] of reports) {
      const own = planted.filter((lane) => lane.plant === plant);
      misses.set(
        plant,
        (await Promise.all(own.map((lane) => missesOf(lane, account, ledger, ground)))).flat(),
      );
    }
    return misses;
  } finally {
    const urls = new Set(planted.map((lane) => lane.storeUrl));
    await Promise.all([...urls].map((url) => withRawStore({ url }, (raw) => raw.removeAll(scratch))));
  }
}

function groundOf(ledger: Ledger): Ground {
  const messages = [...ledgerRequests(ledger)].flatMap((request) =>
    request.messages.map(
      ({ country, weather }): PlantedMessage => ({
        identity: identityOf(request, undefined),
        country,
        weather: weatherOf(weather),
        counted: 1,
        isRemembered: true,
      }),
    ),
  );
  const counts: Record<string, number> = {};
  for (const { country } of messages) counts[country] = (counts[country] ?? 0) + 1;
  const [many = '', few = '', third = ''] = Object.keys(counts)
    .sort((left, right) => (counts[right] ?? 0) - (counts[left] ?? 0))
    .filter((country, index, all) => index === 0 || counts[country] !== counts[all[0] as string]);
  return { messages, counts, places: [many, few, third] };
}

function compare(
  client: ConsoleClient,
  lanes: readonly PlantedLane<Plant>[],
  ground: Ground,
  unknown: PerCountry,
): Promise<Account> {
  const now = Date.now();
  const before = Object.fromEntries(
    lanes.map(({ name, plant }) => [
      name,
      {
        total: 0,
        byCountry: {},
        identities: 0,
        // Differs from the store's mark: identities have expired since.
        expiryMark: 'before',
        readAt: plant.isOld === true ? now - A_DAY_AND_MORE_MS : now,
      },
    ]),
  );
  return client.compare({ accepted: ground.counts, unknown, before });
}

/** Deviations from the required report in a lane; empty when it is correct. */
async function missesOf(
  lane: PlantedLane<Plant>,
  account: Account,
  ledger: Ledger,
  ground: Ground,
): Promise<string[]> {
  const { plant, name, of: label } = lane;
  const part = partOf(account, name);
  const expected = plant.findings(ground);
  const { state } = verdictOf(part);
  const { account: deep } = await verifyDeeply({
    account: part,
    ledger,
    stores: [{ lane: name, url: lane.storeUrl, keyPrefix: lane.storeKeyPrefix }],
    apiKey: undefined,
    weatherBefore: { [name]: {} },
    now: Date.now(),
  });
  const deepExpected = plant.deepFindings?.(ground) ?? expected;
  return [
    ...(sameFindings(part.findings, expected) ? [] : [`${label} reported ${show(part.findings)}`]),
    ...(state === plant.state ? [] : [`${label} was called ${state}`]),
    ...(sameFindings(deep.findings, deepExpected) ? [] : [`${label}, deep, reported ${show(deep.findings)}`]),
    ...(deep.exact === (deepExpected.length === 0) ? [] : [`${label}, deep, was exact: ${deep.exact}`]),
  ];
}

function sameFindings(
  left: readonly Omit<Finding, 'lane'>[],
  right: readonly Omit<Finding, 'lane'>[],
): boolean {
  return show(left) === show(right);
}

function show(findings: readonly Omit<Finding, 'lane'>[]): string {
  return findings
    .map(({ country, kind, count, countedAs }) =>
      `${kind} ${count} ${country ?? '-'} ${countedAs ?? ''}`.trim(),
    )
    .sort()
    .join(', ');
}
