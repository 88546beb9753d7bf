import { readMigrations, type VersionedSchema } from '@caudal/common/postgresql';
import type { OrdersSchemaName } from './rights.ts';

/** The schemas of the shop. */
export const SCHEMAS: { readonly [Name in OrdersSchemaName]: VersionedSchema & { readonly name: Name } } = {
  /** Orders, their history, and what is still to be announced. */
  orders: schemaOf('orders'),
  /** Mails about orders. */
  mails: schemaOf('mails'),
};

function schemaOf<Name extends OrdersSchemaName>(name: Name) {
  return { name, migrations: readMigrations(new URL(`../../migrations/${name}/`, import.meta.url)) };
}
