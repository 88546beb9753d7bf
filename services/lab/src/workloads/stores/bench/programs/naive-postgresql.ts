import { Client } from 'pg';
import { required } from '../../../../bench/programs/meter.ts';
import { naiveTable } from '../naive-names.ts';
import { consumeNaively } from './naive.ts';

/** An insert a message, each its own transaction. */
const client = new Client({ connectionString: required('STORE_URL') });
const table = naiveTable(required('STORE_KEY_PREFIX'));
await client.connect();
await client.query(
  `create table ${table} (identity text primary key, country text, weather text, description text)`,
);
await consumeNaively(
  async ({ identity, country, weather, description }) => {
    await client.query(`insert into ${table} values ($1, $2, $3, $4)`, [
      identity,
      country,
      weather,
      description,
    ]);
  },
  () => client.end(),
);
