import { createLogger } from '@caudal/common/logging';
import { decodeEnvelope } from '@caudal/common/message';
import { createStore } from '@caudal/common/stores';
import { Redis } from 'ioredis';
import type { ServerAddresses } from '../../../../../../tools/servers/servers.ts';
import { uniqueName } from '../../../bench/program.ts';
import type { Figure } from '../../../bench/rows.ts';
import { type IdentityKind, makeBodies } from './bed.ts';

const BATCH_MESSAGES = 1_000;
const CASES = {
  // Four bitmaps, so that allocation in whole bitmaps does not dominate the figure.
  producer: {
    messages: 2 ** 20,
    what: 'store growth per message, identity included',
    goal: '≤ 0.2',
    bound: 0.2,
  },
  key: {
    messages: 100_000,
    what: 'store growth per message with an Idempotency-Key',
    goal: '≤ 160',
    bound: 160,
  },
} as const;

/** Measures a store's growth per message, bytes. */
export async function growthFigure(addresses: ServerAddresses, identity: IdentityKind): Promise<Figure> {
  const { messages, what, goal, bound } = CASES[identity];
  const store = await createStore(
    'redis',
    {
      clientName: 'bench',
      url: addresses.redis.url,
      ca: undefined,
      keyPrefix: `${uniqueName('bench')}:`,
      commandTimeoutMs: 10_000,
    },
    createLogger('bench', 'error'),
  );
  const probe = new Redis(addresses.redis.url);
  await store.connect();
  const envelopes = makeBodies(messages, identity).map(decodeEnvelope);
  const apply = (from: number, to: number) =>
    store.apply({ envelopes: envelopes.slice(from, to), positions: [] });
  // The hashes of countries and weather have a constant size: write them before the first reading.
  await apply(0, BATCH_MESSAGES);
  const before = await usedMemory(probe);
  for (let from = BATCH_MESSAGES; from < messages; from += BATCH_MESSAGES)
    await apply(from, from + BATCH_MESSAGES);
  const bytes = ((await usedMemory(probe)) - before) / (messages - BATCH_MESSAGES);
  await store.close();
  probe.disconnect();
  return { what, value: bytes, unit: 'bytes', goal, isMet: bytes <= bound };
}

async function usedMemory(probe: Redis): Promise<number> {
  const dataset = /used_memory_dataset:(\d+)/.exec(await probe.info('memory'))?.[1];
  if (dataset === undefined) throw new Error('INFO memory has no used_memory_dataset');
  return Number(dataset);
}
