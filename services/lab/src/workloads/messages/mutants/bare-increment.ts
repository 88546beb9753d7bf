import { AppError } from '@caudal/common/errors';
import type { Envelope } from '@caudal/common/message';
import { Redis } from 'iovalkey';
import { runMutant } from './run-mutant.ts';

/** A consumer that counts with bare HINCRBY: what is sent again is counted again. */
runMutant({
  store(store, url, keyPrefix) {
    const client = new Redis(url, { maxRetriesPerRequest: 1 });
    client.on('error', () => undefined);
    const countByCountry = (envelopes: readonly Envelope[]): Map<string, number> => {
      const counts = new Map<string, number>();
      for (const { country } of envelopes) counts.set(country, (counts.get(country) ?? 0) + 1);
      return counts;
    };
    return {
      ...store,
      async apply({ envelopes }) {
        const storedByCountry = countByCountry(envelopes);
        const pipeline = client.pipeline().incrby(`${keyPrefix}total_messages`, envelopes.length);
        for (const [country, count] of storedByCountry) {
          pipeline.hincrby(`${keyPrefix}country_counts`, country, count);
        }
        const replies = await pipeline.exec();
        const failed = replies?.find(([error]) => error !== null)?.[0];
        if (replies === null || failed) {
          throw new AppError('STORE_UNAVAILABLE', 'no reply', { retriable: true, cause: failed });
        }
        return { kind: 'applied', stored: envelopes.length, duplicates: 0, storedByCountry };
      },
      async close() {
        client.disconnect();
        await store.close();
      },
    };
  },
});
