import type { PlantedMessage } from './plants.ts';
import type { RawStore } from './raw-store.ts';
import { storeRecordOf } from './store-record.ts';

const DAYS_KEPT = 4;

/** Writes planted messages to a lane's store, without the services' own code, under keys that begin with `keyPrefix`. */
export async function plantFault(
  store: RawStore,
  keyPrefix: string,
  messages: readonly PlantedMessage[],
  totalOff: number,
): Promise<void> {
  const counts: Record<string, number> = {};
  const weathers: Record<string, number> = {};
  for (const { country, weather, counted } of messages) {
    counts[country] = (counts[country] ?? 0) + counted;
    weathers[weather] = (weathers[weather] ?? 0) + counted;
  }
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0) + totalOff;
  await store.rememberFirsts(
    messages
      .filter(({ isRemembered }) => isRemembered)
      .map(({ identity }) => storeRecordOf(identity, keyPrefix)),
    Date.now(),
    DAYS_KEPT,
  );
  await store.setFields(`${keyPrefix}country_counts`, counts);
  await store.setFields(`${keyPrefix}weather_counts`, weathers);
  await store.set(`${keyPrefix}total_messages`, String(total));
}
