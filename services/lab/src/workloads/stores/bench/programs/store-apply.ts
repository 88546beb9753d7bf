import { createLogger } from '@caudal/common/logging';
import { decodeEnvelope } from '@caudal/common/message';
import { createStore, type StoreName } from '@caudal/common/stores';
import { createMeter, required } from '../../../../bench/programs/meter.ts';
import { makeBodies } from '../../../messages/bench/bed.ts';
import { BATCH_MESSAGES } from '../batch.ts';

/** A store without a broker: batches of messages that are in memory, each in one transaction with the position of a log. */
const messages = Number(required('BENCH_MESSAGES'));
const envelopes = makeBodies(messages).map(decodeEnvelope);
const store = await createStore(
  required('LANE_STORE') as StoreName,
  {
    clientName: 'bench',
    url: required('STORE_URL'),
    ca: undefined,
    keyPrefix: required('STORE_KEY_PREFIX'),
    commandTimeoutMs: 30_000,
  },
  createLogger('bench', 'warn'),
);
await store.connect();
const meter = createMeter(messages, () => store.close());
for (let from = 0; from < messages; from += BATCH_MESSAGES) {
  meter.began();
  const batch = envelopes.slice(from, from + BATCH_MESSAGES);
  const next = from + batch.length;
  const result = await store.apply({
    envelopes: batch,
    positions: [{ source: 'bench:0', expected: from === 0 ? null : from, next }],
  });
  if (result.kind !== 'applied' || result.stored !== batch.length) throw new Error(JSON.stringify(result));
  meter.done(batch.length);
}
