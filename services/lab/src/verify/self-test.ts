import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Account, Finding, FindingKind } from '@caudal/common/account';
import { createLogger } from '@caudal/common/logging';
import type { Envelope } from '@caudal/common/message';
import { createStore } from '@caudal/common/stores';
import { Redis as RedisClient } from 'ioredis';
import { Redis as ValkeyClient } from 'iovalkey';
import { waitUntil } from '../../../../tools/lib/wait-until.ts';
import { chooseFreePorts } from '../../../../tools/servers/ports.ts';
import { ROOT } from '../cli/paths.ts';
import { createConsoleClient } from '../load/console-client.ts';
import { ServiceProcess } from '../stack/service-process.ts';

/** Where the real stores are. */
export interface StoreAddresses {
  readonly valkeyUrl: string;
  readonly redisUrl: string;
}

/** What the self-test found. */
export interface SelfTestResult {
  readonly planted: number;
  /** Faults that were reported, in both stores, as what they are and nothing else. */
  readonly found: number;
  /** A line a fault, for a person. */
  readonly lines: readonly string[];
}

type StoreKind = 'valkey' | 'redis';

/** A fault, and what the account must say of it: exactly this. */
interface Plant {
  readonly name: string;
  readonly expected: readonly Omit<Finding, 'lane'>[];
  /** Messages as they reach the store. */
  envelopes(accepted: readonly Envelope[]): readonly Envelope[];
  /** A count that a bare HINCRBY adds once more. */
  readonly countedAgain?: string;
}

const MESSAGES = 500;
const COUNTRIES = ['ES', 'FR', 'MX', 'PE', 'US'];
const STORES: readonly StoreKind[] = ['valkey', 'redis'];
const CLEAN: Plant = { name: 'no fault', expected: [], envelopes: (accepted) => accepted };
const FAULTS: readonly Plant[] = [
  {
    name: 'a loss',
    expected: [{ country: 'ES', kind: 'lost' satisfies FindingKind, count: 1 }],
    envelopes: (accepted) => accepted.slice(1),
  },
  {
    name: 'a double',
    expected: [{ country: 'FR', kind: 'doubled' satisfies FindingKind, count: 1 }],
    envelopes: (accepted) => accepted,
    countedAgain: 'FR',
  },
  {
    name: 'a wrong country',
    expected: [{ country: 'ES', countedAs: 'MX', kind: 'wrong-country' satisfies FindingKind, count: 1 }],
    envelopes: ([first, ...rest]) => (first === undefined ? [] : [{ ...first, country: 'MX' }, ...rest]),
  },
];

/**
 * Stores messages with planted faults in real stores, under key prefixes of their own, lets a real console read them
 * back and compare, and looks whether each fault, and nothing else, is reported. One set without a fault must be exact.
 */
export async function runSelfTest(options: {
  readonly addresses: StoreAddresses;
  readonly stateDirectory: string;
  readonly onEvent: (line: string) => void;
}): Promise<SelfTestResult> {
  const scratch = `self-test:${randomUUID()}:`;
  const accepted = makeEnvelopes();
  const plants = [CLEAN, ...FAULTS].map((plant, index) => ({ ...plant, id: `plant-${index}` }));
  const prefixOf = (id: string): string => `${scratch}${id}:`;
  try {
    for (const store of STORES) {
      for (const plant of plants)
        await plantFault(options.addresses, store, prefixOf(plant.id), plant, accepted);
    }
    const lanes = STORES.flatMap((store) =>
      plants.map(({ id }) => ({
        name: `${id}-${store}`,
        broker: 'rabbitmq',
        store,
        storeUrl: urlOf(options.addresses, store),
        storeKeyPrefix: prefixOf(id),
      })),
    );
    const account = await compareByConsole(options, lanes, accepted);
    return judge(account, plants);
  } finally {
    await Promise.all(STORES.map((store) => removeKeys(options.addresses, store, scratch)));
  }
}

function makeEnvelopes(): Envelope[] {
  const producer = `self-test-${randomUUID()}`;
  return Array.from({ length: MESSAGES }, (_, sequence) => ({
    description: 'planted',
    country: COUNTRIES[sequence % COUNTRIES.length] as string,
    weather: 'sunny',
    producer,
    sequence,
    acceptedAt: Date.now(),
  }));
}

async function plantFault(
  addresses: StoreAddresses,
  store: StoreKind,
  keyPrefix: string,
  plant: Plant,
  accepted: readonly Envelope[],
): Promise<void> {
  const settings = {
    clientName: 'caudal-self-test',
    url: urlOf(addresses, store),
    ca: undefined,
    keyPrefix,
    commandTimeoutMs: 5_000,
  };
  const counts = createStore(store, settings, createLogger('self-test', 'silent'));
  await counts.connect();
  try {
    await counts.apply({ envelopes: plant.envelopes(accepted), positions: [] });
  } finally {
    await counts.close();
  }
  const { countedAgain } = plant;
  if (countedAgain === undefined) return;
  await withClient(addresses, store, async (client) => {
    await client.hincrby(`${keyPrefix}country_counts`, countedAgain, 1);
    await client.incr(`${keyPrefix}total_messages`);
  });
}

/** The same console program as everywhere, reading the scratch keys. */
async function compareByConsole(
  { stateDirectory, onEvent }: { readonly stateDirectory: string; readonly onEvent: (line: string) => void },
  lanes: readonly { readonly name: string }[],
  accepted: readonly Envelope[],
): Promise<Account> {
  const [port = 0, operationsPort = 0, nobody = 0] = await chooseFreePorts(3);
  const logDirectory = join(stateDirectory, 'logs');
  mkdirSync(logDirectory, { recursive: true });
  const reader = new ServiceProcess({
    name: 'self-test-console',
    program: join(ROOT, 'services', 'console', 'src', 'main.ts'),
    environment: {
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: String(port),
      OPERATIONS_HOST: '127.0.0.1',
      OPERATIONS_PORT: String(operationsPort),
      LANES: JSON.stringify(lanes),
      // No broker takes part: the faults are in the stores.
      RABBITMQ_URL: `amqp://127.0.0.1:${nobody}`,
    },
    operationsUrl: `http://127.0.0.1:${operationsPort}`,
    logFile: join(logDirectory, 'self-test-console.log'),
    onEvent,
    onChange: () => undefined,
  });
  reader.start();
  try {
    await reader.untilReady(30_000);
    const client = createConsoleClient(`http://127.0.0.1:${port}`);
    await untilReadable(client);
    const perCountry: Record<string, number> = {};
    for (const { country } of accepted) perCountry[country] = (perCountry[country] ?? 0) + 1;
    const empty = { total: 0, byCountry: {}, identities: 0 };
    return await client.compare({
      accepted: perCountry,
      unknown: {},
      before: Object.fromEntries(lanes.map(({ name }) => [name, empty])),
    });
  } finally {
    await reader.stop();
  }
}

/** A console serves before it has connected to its stores. */
async function untilReadable(client: ReturnType<typeof createConsoleClient>): Promise<void> {
  let unread: string | undefined;
  const isReadable = async (): Promise<boolean> => {
    const lane = (await client.lanes()).find(({ totals }) => totals === null);
    unread = lane === undefined ? undefined : `${lane.lane}: ${lane.errors.store}`;
    return unread === undefined;
  };
  if (!(await waitUntil(isReadable, { timeoutMs: 15_000 }))) throw new Error(unread);
}

function judge(account: Account, plants: readonly (Plant & { readonly id: string })[]): SelfTestResult {
  const lines: string[] = [];
  let found = 0;
  let cleanIsClean = true;
  for (const plant of plants) {
    const misses = STORES.flatMap((store) => {
      const reported = account.findings
        .filter(({ lane }) => lane === `${plant.id}-${store}`)
        .map(({ lane: _lane, ...finding }) => finding);
      return sameFindings(reported, plant.expected) ? [] : [`${store} reported ${JSON.stringify(reported)}`];
    });
    if (plant.expected.length === 0) cleanIsClean = misses.length === 0;
    else if (misses.length === 0) found += 1;
    const verdict = plant.expected.length === 0 ? 'exact' : 'reported';
    lines.push(
      `${plant.name.padEnd(16)} ${misses.length === 0 ? `${verdict} in both stores` : `MISSED: ${misses.join('; ')}`}`,
    );
  }
  // A verifier that cries wolf finds every fault, too.
  return { planted: FAULTS.length, found: cleanIsClean ? found : 0, lines };
}

function sameFindings(
  left: readonly Omit<Finding, 'lane'>[],
  right: readonly Omit<Finding, 'lane'>[],
): boolean {
  const text = (findings: readonly Omit<Finding, 'lane'>[]) =>
    findings
      .map(({ country, kind, count, countedAs }) => [country, kind, count, countedAs].join())
      .sort()
      .join(';');
  return text(left) === text(right);
}

async function removeKeys(addresses: StoreAddresses, store: StoreKind, prefix: string): Promise<void> {
  await withClient(addresses, store, async (client) => {
    let cursor = '0';
    do {
      const [next, keys] = await client.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 1_000);
      cursor = next;
      if (keys.length > 0) await client.unlink(...keys);
    } while (cursor !== '0');
  });
}

interface RawClient {
  hincrby(key: string, field: string, by: number): Promise<unknown>;
  incr(key: string): Promise<unknown>;
  scan(
    cursor: string,
    match: 'MATCH',
    pattern: string,
    count: 'COUNT',
    number: number,
  ): Promise<[cursor: string, keys: string[]]>;
  unlink(...keys: string[]): Promise<unknown>;
}

async function withClient(
  addresses: StoreAddresses,
  store: StoreKind,
  work: (client: RawClient) => Promise<void>,
): Promise<void> {
  const url = urlOf(addresses, store);
  const options = { maxRetriesPerRequest: 3, commandTimeout: 5_000 };
  const client = store === 'valkey' ? new ValkeyClient(url, options) : new RedisClient(url, options);
  client.on('error', () => undefined);
  try {
    await work(client);
  } finally {
    client.disconnect();
  }
}

function urlOf(addresses: StoreAddresses, store: StoreKind): string {
  return store === 'valkey' ? addresses.valkeyUrl : addresses.redisUrl;
}
