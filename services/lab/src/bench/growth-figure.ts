import { createLogger } from '@caudal/common/logging';
import { decodeEnvelope } from '@caudal/common/message';
import { createStore } from '@caudal/common/stores';
import { Redis } from 'ioredis';
import type { ServerAddresses } from '../../../../tools/servers/servers.ts';
import { makeBodies, uniqueName } from './bed.ts';
import type { Figure } from './rows.ts';

const BATCH_MESSAGES = 1_000;
/** One million: four bitmaps, so that allocation in whole bitmaps does not decide the figure. */
const MESSAGES = 2 ** 20;

/** Bytes a store grows by with each message that came without an `Idempotency-Key`. */
export async function growthFigure(addresses: ServerAddresses): Promise<Figure> {
  const store = createStore(
    'redis',
    {
      clientName: 'bench',
      url: addresses.redisUrl,
      ca: undefined,
      keyPrefix: `${uniqueName('bench')}:`,
      commandTimeoutMs: 10_000,
    },
    createLogger('bench', 'error'),
  );
  const probe = new Redis(addresses.redisUrl);
  await store.connect();
  const envelopes = makeBodies(MESSAGES).map(decodeEnvelope);
  const apply = (from: number, to: number) =>
    store.apply({ envelopes: envelopes.slice(from, to), positions: [] });
  // The hashes of countries and weather are a constant: written before the first reading.
  await apply(0, BATCH_MESSAGES);
  const before = await usedMemory(probe);
  for (let from = BATCH_MESSAGES; from < MESSAGES; from += BATCH_MESSAGES)
    await apply(from, from + BATCH_MESSAGES);
  const bytes = ((await usedMemory(probe)) - before) / (MESSAGES - BATCH_MESSAGES);
  await store.close();
  probe.disconnect();
  return {
    what: 'store growth per message, identity included',
    value: bytes,
    unit: 'bytes',
    goal: '≤ 0.2',
    isMet: bytes <= 0.2,
  };
}

async function usedMemory(probe: Redis): Promise<number> {
  const dataset = /used_memory_dataset:(\d+)/.exec(await probe.info('memory'))?.[1];
  if (dataset === undefined) throw new Error('INFO memory has no used_memory_dataset');
  return Number(dataset);
}
