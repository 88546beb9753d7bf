import { decodeEnvelope } from '@caudal/common/message';
import { Client, type Connection, type Submittable } from 'pg';
import { createMeter, required } from '../../../../bench/programs/meter.ts';
import { makeBodies } from '../../../messages/bench/bed.ts';
import { BATCH_MESSAGES } from '../batch.ts';
import { naiveTable } from '../naive-names.ts';

/**
 * The limit: COPY of the same rows in the same batches, each committed, into a table of the same columns and indexes. It knows no
 * identity that is there already, no counts and no position. Its text is made before the clock starts.
 */
const table = naiveTable(required('STORE_KEY_PREFIX'));
const messages = Number(required('BENCH_MESSAGES'));
const lines = makeBodies(messages).map((body) => {
  const { producer, sequence, country, weather, description, acceptedAt } = decodeEnvelope(body);
  const accepted = new Date(acceptedAt).toISOString();
  return [
    `p:${producer}`,
    sequence,
    country,
    weather,
    weather,
    description,
    accepted,
    accepted,
    '2100-01-01',
  ].join('\t');
});
const batches: Buffer[] = [];
for (let from = 0; from < messages; from += BATCH_MESSAGES)
  batches.push(Buffer.from(`${lines.slice(from, from + BATCH_MESSAGES).join('\n')}\n`));
const client = new Client({ connectionString: required('STORE_URL') });
await client.connect();
await client.query(
  `create table ${table} (
     scope text collate "C" not null, sequence bigint not null, country text collate "C" not null, weather text not null,
     weather_class text collate "C" not null, description text not null, accepted_at timestamptz not null,
     stored_at timestamptz not null, expires_on date not null, primary key (scope, sequence))`,
);
await client.query(`create index on ${table} (expires_on)`);
const meter = createMeter(messages, () => client.end());
let left = messages;
for (const batch of batches) {
  meter.began();
  await copy(batch);
  const count = Math.min(BATCH_MESSAGES, left);
  left -= count;
  meter.done(count);
}

/** One COPY, through the driver's own protocol: it has a message for each step, but no method for the whole. */
function copy(text: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const submittable: Submittable & Record<string, unknown> = {
      submit: (connection: Connection) => connection.query(`copy ${table} from stdin`),
      handleCopyInResponse(
        connection: Connection & { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void },
      ) {
        connection.sendCopyFromChunk(text);
        connection.endCopyFrom();
      },
      handleCommandComplete: () => undefined,
      handleReadyForQuery: () => resolve(),
      handleError: reject,
    };
    client.query(submittable);
  });
}
