import { required } from '../../../../bench/programs/meter.ts';
import { withIgniteReader } from '../../../messages/verify/rows/ignite-reader.ts';
import { naiveTable } from '../naive-names.ts';
import { consumeNaively } from './naive.ts';

/** A put a message. */
const cache = naiveTable(required('STORE_KEY_PREFIX'));
await withIgniteReader(required('STORE_URL'), async (client) => {
  await client.create(cache);
  const { promise: done, resolve } = Promise.withResolvers<void>();
  await consumeNaively(
    ({ identity, ...row }) => client.put(cache, identity, JSON.stringify(row)),
    async () => resolve(),
  );
  await done;
});
