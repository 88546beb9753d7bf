import { createLogger } from '@caudal/common/logging';
import type { PostgresqlSettings } from '@caudal/common/postgresql';
import { connectClient, runOnce, uniqueName } from '@caudal/common/testing';
import { type Client, escapeIdentifier } from 'pg';
import type { Servers } from '../../../../tools/servers/servers.ts';
import { createOrdersSchemas, DEFAULT_ROLES } from '../../src/schema/index.ts';

/** A database of its own on the real server, with the schemas of the shop unless it is a `bare` one. */
export interface OrdersBed {
  /** URLs of the owner and of each program's role. */
  readonly urls: Readonly<Record<'owner' | 'api' | 'processor' | 'notifier', string>>;
  /** Settings of a program's connection. */
  settings(role: keyof OrdersBed['urls'], more?: Partial<PostgresqlSettings>): PostgresqlSettings;
  /** Runs a statement as the owner on a connection of its own; returns the rows. */
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Opens a client, which the caller ends; the loss of its server is no error. */
  connect(role: keyof OrdersBed['urls']): Promise<Client>;
  /** Drops the database, with whoever is connected to it. */
  close(): Promise<void>;
}

/** Creates a database; the caller closes it. */
export async function openOrdersBed(
  servers: Servers,
  contents: 'schemas' | 'bare' = 'schemas',
): Promise<OrdersBed> {
  const { url, adminUrl, orders } = servers.addresses.postgresql;
  const name = uniqueName('orders');
  const database = escapeIdentifier(name);
  await runOnce(adminUrl, `create database ${database} owner caudal_owner`);
  await runOnce(adminUrl, `revoke all on database ${database} from public`);
  await runOnce(
    adminUrl,
    `grant connect on database ${database} to ${Object.values(DEFAULT_ROLES).join(', ')}`,
  );
  const inside = (address: string): string => {
    const own = new URL(address);
    own.pathname = `/${name}`;
    return own.href;
  };
  const urls = {
    owner: inside(url),
    api: inside(orders.apiUrl),
    processor: inside(orders.processorUrl),
    notifier: inside(orders.notifierUrl),
  };
  const bed: OrdersBed = {
    urls,
    settings: (role, more = {}) => ({
      clientName: 'test',
      url: urls[role],
      ca: undefined,
      commandTimeoutMs: 5_000,
      poolSize: 8,
      ...more,
    }),
    query: (text, values) => runOnce(urls.owner, text, values),
    connect: (role) => connectClient(urls[role]),
    close: async () => void (await runOnce(adminUrl, `drop database ${database} with (force)`)),
  };
  if (contents === 'schemas')
    await createOrdersSchemas(bed.settings('owner'), DEFAULT_ROLES, createLogger('test', 'silent'));
  return bed;
}
