import type { OwnState, ServerDescription } from '../description.ts';
import { ignite } from './ignite/ignite.ts';
import { kafka } from './kafka.ts';
import { postgresql } from './postgresql/postgresql.ts';
import { describeReplica } from './postgresql/replica.ts';
import { prometheus } from './prometheus.ts';
import { rabbitmq } from './rabbitmq.ts';
import { redis } from './redis.ts';
import { valkey } from './valkey.ts';

/** All servers that the tools can run, in the order in which they are listed for users. */
const SERVERS = {
  rabbitmq,
  kafka,
  valkey,
  redis,
  postgresql,
  'postgresql-replica-1': describeReplica(1),
  'postgresql-replica-2': describeReplica(2),
  ignite,
  prometheus,
};

type Servers = typeof SERVERS;

/** Name of a server. */
export type ServerName = keyof Servers;

/** Addresses of the servers; URLs include credentials. */
export type ServerAddresses = {
  readonly [Name in ServerName]: ReturnType<Servers[Name]['addresses']>;
};

/** Ports and secrets of each server, with the names that its description gives them. */
export type OwnStates = {
  readonly [Name in ServerName]: Servers[Name] extends ServerDescription<infer Port, infer Secret, infer _>
    ? OwnState<Port, Secret>
    : never;
};

export const serverNames = Object.keys(SERVERS) as readonly ServerName[];

/** What the tools know about a server. */
export function descriptionOf(name: ServerName): ServerDescription {
  return SERVERS[name];
}
