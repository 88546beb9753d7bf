import { z } from 'zod';
import { milliseconds, port } from './fields.ts';

/** Variables every service has: log level, the operations server (probes, metrics) and the drain deadline. */
export const operationsShape = {
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** Default: all addresses, including IPv6 when available. */
  OPERATIONS_HOST: z.string().optional(),
  OPERATIONS_PORT: port(9090),
  DRAIN_TIMEOUT_MS: milliseconds(20_000),
};
