import { Redis } from 'ioredis';
import { required } from '../../../../bench/programs/meter.ts';
import { naiveTable } from '../naive-names.ts';
import { consumeNaively } from './naive.ts';

/** Three LPUSH a message, one for each of its fields. */
const client = new Redis(required('STORE_URL'));
const list = naiveTable(required('STORE_KEY_PREFIX'));
await consumeNaively(
  async ({ country, weather, description, identity }) => {
    await client.lpush(`${list}:country`, country);
    await client.lpush(`${list}:weather`, weather);
    await client.lpush(`${list}:description`, `${identity} ${description}`);
  },
  async () => client.disconnect(),
);
