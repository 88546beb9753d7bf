import { createMeter, required } from '../../../../bench/programs/meter.ts';
import { makeBodies } from '../../../messages/bench/bed.ts';
import { withIgniteReader } from '../../../messages/verify/rows/ignite-reader.ts';
import { BATCH_MESSAGES } from '../batch.ts';
import { naiveTable } from '../naive-names.ts';

/**
 * The limit: putAll of the same messages in the same batches, one after the other, into a transactional cache. It knows no identity
 * that is there already, no counts and no position.
 */
const cache = naiveTable(required('STORE_KEY_PREFIX'));
const messages = Number(required('BENCH_MESSAGES'));
const entries = makeBodies(messages).map((body, index) => [`p:bench:${index}`, String(body)] as const);
await withIgniteReader(required('STORE_URL'), async (client) => {
  await client.create(cache);
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const meter = createMeter(messages, async () => resolve());
  for (let from = 0; from < messages; from += BATCH_MESSAGES) {
    meter.began();
    const batch = entries.slice(from, from + BATCH_MESSAGES);
    await client.putAll(cache, batch);
    meter.done(batch.length);
  }
  await done;
});
