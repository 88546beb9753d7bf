import type { Servers } from '../../../../../tools/servers/servers.ts';
import type { Stack } from '../../stack/stack.ts';
import { API, MAILBOX, PROCESSOR } from './services.ts';

/** Formats the URLs and suggested next steps. */
export function urlsAndNextSteps(
  stack: Pick<Stack, 'url'>,
  { addresses }: Pick<Servers, 'addresses'>,
): string {
  const api = stack.url(API);
  return `
Running until Ctrl-C:

  shop         ${api}
  mailbox      ${stack.url(MAILBOX)}
  API          ${api}/docs
  Prometheus   ${addresses.prometheus.url}
  logs         .caudal/logs, .caudal/servers/logs

Try in another terminal:

  curl -i ${api}/orders -H 'Content-Type: application/json' \\
    -d '{"row": 87, "email": "ana@example.com"}'
  curl ${api}/ -d value=87                             as the first shop took orders
  curl '${api}/?value=1'                               order number 1, whatever comes after it
  npm run load -- orders steady --rate 100 --duration 30s
  npm run scale -- ${PROCESSOR}=4
  npm run servers -- kill postgresql                 orders are still accepted; timers wait
  npm run servers -- start postgresql                restores it: every order continues where it was
  npm run verify -- orders                           judges the last load again

`;
}
