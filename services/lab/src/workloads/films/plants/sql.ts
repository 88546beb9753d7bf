import { Client } from 'pg';

const TIMEOUT_MS = 60_000;

/** Runs one statement on a connection of its own. @throws the driver's error */
export function read<Row extends object>(
  url: string,
  statement: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  return withClient(url, async (client) => (await client.query<Row>(statement, [...values])).rows);
}

/** Lends a connection of its own to a piece of work, and ends it then. @throws the driver's error */
export async function withClient<Result>(
  url: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({
    connectionString: url,
    application_name: 'caudal-lab',
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
