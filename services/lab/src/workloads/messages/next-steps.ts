import type { Servers } from '../../../../../tools/servers/servers.ts';
import type { Stack } from '../../stack/stack.ts';
import type { LaneSystem } from './lane-system.ts';
import { brokersOf, consumerOf, storesOf } from './lanes.ts';
import { CONSOLE, INGEST } from './services.ts';

/** Formats the URLs and suggested next steps. */
export function urlsAndNextSteps(
  { lanes, noun }: LaneSystem,
  stack: Pick<Stack, 'url'>,
  { addresses }: Pick<Servers, 'addresses'>,
): string {
  const ingestUrl = stack.url(INGEST);
  const [lane] = lanes;
  const consumer = lane === undefined ? INGEST : consumerOf(lane);
  const store = lane?.store ?? '';
  const kill = `npm run servers -- kill ${store}`.padEnd(34);
  const start = `npm run servers -- start ${store}`.padEnd(34);
  return `
Running until Ctrl-C:

  ingest API   ${ingestUrl}/docs
  console      ${stack.url(CONSOLE)}
  Prometheus   ${addresses.prometheus.url}
${brokersOf(lanes).includes('rabbitmq') ? `  RabbitMQ     ${managementOf(addresses)}\n` : ''}  logs         .caudal/logs, .caudal/servers/logs

Try in another terminal:

  curl -i ${ingestUrl}/messages -H 'Content-Type: application/json' \\
    -d '{"description": "Sol y viento", "country": "ES", "weather": "sunny"}'
  npm run load -- ${noun}steady --rate 500 --duration 30s
  npm run scale -- ${consumer}=4
  ${kill} its lane pauses, ${lanes.length > 2 ? 'the others continue' : 'the other continues'}
  ${start} restores it: the lane drains
  ${`npm run verify -- ${noun}--deep`.padEnd(34)} compares the last load with ${storesOf(lanes).length === 2 ? 'both stores' : 'every store'} again, key by key

`;
}

function managementOf({ rabbitmq }: Servers['addresses']): string {
  const { origin, username, password } = new URL(rabbitmq.managementUrl);
  return `${origin} (user ${username}, password ${password})`;
}
