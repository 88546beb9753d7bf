import type { Servers } from '../../../../tools/servers/servers.ts';
import type { Stack } from '../stack/stack.ts';
import { CONSOLE, INGEST } from '../workloads/messages/services.ts';

/** Formats the URLs and suggested next steps. */
export function urlsAndNextSteps(stack: Stack, servers: Servers): string {
  const management = new URL(servers.addresses.rabbitmq.managementUrl);
  return `
Running until Ctrl-C:

  ingest API   ${stack.url(INGEST)}/docs
  console      ${stack.url(CONSOLE)}/api/lanes
  Prometheus   ${servers.addresses.prometheus.url}
  RabbitMQ     ${management.origin} (user ${management.username}, password ${management.password})
  logs         .caudal/logs, .caudal/servers/logs

Try in another terminal:

  curl -i ${stack.url(INGEST)}/messages -H 'Content-Type: application/json' \\
    -d '{"description": "Sol y viento", "country": "ES", "weather": "sunny"}'
  npm run load -- steady --rate 500 --duration 30s
  npm run scale -- rabbitmq-consumer=4
  npm run servers -- kill valkey     its lane pauses, the other continues
  npm run servers -- start valkey    restores it: the lane drains
  npm run verify -- --deep           compares the last load with both stores again, key by key

`;
}
