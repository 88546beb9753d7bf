import type { ProcessIdentity } from '../lib/process-identity.ts';
import { descriptionOf, type OwnStates, type ServerName, serverNames } from './descriptions/index.ts';
import type { State } from './state-shape.ts';

/** State as earlier versions wrote it: ports and passwords of all servers together, other secrets beside them. */
export interface StateVersion1 {
  readonly version: 1;
  readonly runtime: State['runtime'];
  /** `<server>` is its main port, `<server><Name>` another one. */
  readonly ports: Readonly<Record<string, number>>;
  readonly passwords: Readonly<Record<string, string>>;
  readonly processes: Readonly<Partial<Record<ServerName, ProcessIdentity>>>;
  readonly owner?: ProcessIdentity;
  readonly [secret: string]: unknown;
}

/** Groups a state of version 1 by server, so that servers started by an earlier version can be stopped and restarted. */
export function fromVersion1(old: StateVersion1): State {
  const portOf = (server: string, port: string) =>
    old.ports[port === 'main' ? server : `${server}${port.charAt(0).toUpperCase()}${port.slice(1)}`];
  const secretOf = (server: string, secret: string) =>
    secret === 'password' ? old.passwords[server] : old[secret];
  const servers = serverNames.flatMap((name) => {
    const { ports, secrets } = descriptionOf(name);
    if (old.ports[name] === undefined) return [];
    const own = {
      ports: Object.fromEntries(ports.map((port) => [port, portOf(name, port)])),
      secrets: Object.fromEntries(Object.keys(secrets).map((secret) => [secret, secretOf(name, secret)])),
    };
    return [[name, own] as const];
  });
  return {
    version: 2,
    runtime: old.runtime,
    servers: Object.fromEntries(servers) as Partial<OwnStates>,
    processes: old.processes,
    owner: old.owner,
  };
}
