import type { Servers } from '../../../../../tools/servers/servers.ts';
import type { Stack } from '../../stack/stack.ts';
import { API } from './services.ts';

/** Formats the URLs and suggested next steps. */
export function urlsAndNextSteps(
  stack: Pick<Stack, 'url'>,
  { addresses }: Pick<Servers, 'addresses'>,
): string {
  const api = stack.url(API);
  return `
Running until Ctrl-C:

  films        ${api}
  API          ${api}/docs
  Prometheus   ${addresses.prometheus.url}
  logs         .caudal/logs, .caudal/servers/logs

Try in another terminal:

  curl '${api}/films?q=teh%20godfather'                 the film that was meant
  curl -i '${api}/directors?q=agnes'                    Caudal-Answered-By names the replica
  npm run load -- films browse --rate 100 --duration 30s
  npm run servers -- kill postgresql-replica-1       its reads go to the other one within a second
  npm run servers -- start postgresql-replica-1      it catches up and is taken in again
  npm run films -- import --csv services/films/data/films.csv.gz
                                                     a new version: searches continue meanwhile
  npm run verify -- films                            compares every answer of the last load again

`;
}
