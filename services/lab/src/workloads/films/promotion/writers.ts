import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/** A row whose commit was answered. */
export interface AcknowledgedRow {
  readonly id: number;
  /** Of `performance.now()`. */
  readonly atMs: number;
}

/** Clients that write. */
export interface Writers {
  readonly acknowledged: readonly AcknowledgedRow[];
  /** Ends them; resolves when none writes any more. */
  stop(): Promise<void>;
}

const TIMEOUT_MS = 5_000;
const RETRY_AFTER_MS = 20;
/** Rows that one writer can have. */
const SPAN = 1_000_000_000;

/**
 * Starts clients that insert rows into `rehearsal`, each row until it is acknowledged: after an error at whatever `url` says then.
 *
 * @param url where the primary is; asked before each connection
 */
export function startWriters(count: number, url: () => string): Writers {
  const acknowledged: AcknowledgedRow[] = [];
  let stopped = false;

  async function write(first: number): Promise<void> {
    let client: Client | undefined;
    for (let id = first; !stopped; ) {
      try {
        client ??= await connect(url());
        await client.query('insert into rehearsal (id) values ($1) on conflict do nothing', [id]);
        acknowledged.push({ id, atMs: performance.now() });
        id += 1;
      } catch {
        await client?.end().catch(() => undefined);
        client = undefined;
        await sleep(RETRY_AFTER_MS);
      }
    }
    await client?.end();
  }

  const writing = Array.from({ length: count }, (_, index) => write(index * SPAN));
  return {
    acknowledged,
    async stop() {
      stopped = true;
      await Promise.all(writing);
    },
  };
}

/** Connects; a connection that breaks later fails its queries, not the process. */
export async function connect(connectionString: string): Promise<Client> {
  const client = new Client({
    connectionString,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
