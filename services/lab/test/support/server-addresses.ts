import type { ServerAddresses } from '../../../../tools/servers/servers.ts';

/** Addresses of servers that do not run; those that no test here names are missing. */
export const ADDRESSES = {
  rabbitmq: { url: 'amqp://r', managementUrl: 'http://m', metricsUrl: 'http://x' },
  kafka: { brokers: 'k:1' },
  valkey: { url: 'redis://v:1' },
  redis: { url: 'redis://r:2' },
  prometheus: { url: 'http://p' },
} as ServerAddresses;
