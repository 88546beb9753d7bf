import { createLogger } from '@caudal/common/logging';
import { createOrdersSchemas, DEFAULT_ROLES } from '@caudal/orders/schema';
import type { ServerAddresses } from '../../../../../../tools/servers/servers.ts';
import { measure, type Variables } from '../../../bench/program.ts';
import type { Measurement } from '../../../bench/programs/meter.ts';

/** Size and number of measurements of the shop. */
export interface OrdersEffort {
  readonly pairs: number;
  /** Seconds of each load of POSTs. */
  readonly seconds: number;
  /** Orders that are moved by batches, and one by one. */
  readonly orders: number;
  readonly slowOrders: number;
  readonly mails: number;
}

/** What docs/performance.md was measured with. */
export const FULL: OrdersEffort = { pairs: 7, seconds: 5, orders: 20_000, slowOrders: 1_000, mails: 10_000 };

/** For a look within minutes. */
export const QUICK: OrdersEffort = { pairs: 3, seconds: 3, orders: 5_000, slowOrders: 300, mails: 2_000 };

/** Connections to the database of every program: the services' own default. */
export const POOL_SIZE = 8;

/** Where the services of a bench listen, and what they keep to themselves. */
export const QUIET_SERVICE: Variables = {
  HTTP_HOST: '127.0.0.1',
  HTTP_PORT: '0',
  OPERATIONS_HOST: '127.0.0.1',
  OPERATIONS_PORT: '0',
  KAFKAJS_NO_PARTITIONER_WARNING: '1',
};

/** Makes the schemas that all parts use. */
export function makeSchemas({ postgresql }: ServerAddresses): Promise<void> {
  return createOrdersSchemas(
    { clientName: 'bench', url: postgresql.url, ca: undefined, commandTimeoutMs: 30_000 },
    DEFAULT_ROLES,
    createLogger('bench', 'error'),
  );
}

/** Runs a program beside this file and returns its measurement. */
export function measureProgram(name: string, variables: Variables): Promise<Measurement> {
  return measure(`services/lab/src/workloads/orders/bench/programs/${name}.ts`, variables);
}
