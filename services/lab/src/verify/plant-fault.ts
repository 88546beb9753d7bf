import type { PlantedMessage } from './plants.ts';
import type { RawStore } from './raw-store.ts';

const IDENTITY_TTL_SECONDS = 3_600;

/** Writes planted messages to a lane's store, without the services' own code, under keys that begin with `keyPrefix`. */
export async function plantFault(
  store: RawStore,
  keyPrefix: string,
  messages: readonly PlantedMessage[],
  totalOff: number,
): Promise<void> {
  const counts: Record<string, number> = {};
  for (const { country, counted } of messages) counts[country] = (counts[country] ?? 0) + counted;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0) + totalOff;
  await store.markFirstBits(
    messages.filter(({ isRemembered }) => isRemembered).map(({ storeKey }) => keyPrefix + storeKey),
    IDENTITY_TTL_SECONDS,
  );
  await store.setFields(`${keyPrefix}country_counts`, counts);
  await store.set(`${keyPrefix}total_messages`, String(total));
}
