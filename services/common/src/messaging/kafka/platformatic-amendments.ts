import { type Broker, ConnectionPool } from '@platformatic/kafka';

let isAmended = false;

/** Changes what @platformatic/kafka 2.12.1 has no setting for, in all its clients. Idempotent. */
export function amendPlatformatic(): void {
  if (isAmended) return;
  isAmended = true;
  tryEachBrokerOnce();
}

/**
 * Where a bootstrap address is also an advertised one, its brokers are there twice. A connection that is refused then begins the
 * second attempt while it still reports its failure, whose next listener drops the new connection from the pool, as both have the
 * same address: nothing closes it any more, and it keeps its process alive.
 */
function tryEachBrokerOnce(): void {
  const { prototype } = ConnectionPool;
  const { getFirstAvailable } = prototype;
  const addressOf = ({ host, port }: Broker): string => `${host}:${port}`;
  prototype.getFirstAvailable = function (this: ConnectionPool, brokers: Broker[], ...rest: unknown[]) {
    const unique = [...new Map(brokers.map((broker) => [addressOf(broker), broker])).values()];
    return Reflect.apply(getFirstAvailable, this, [unique, ...rest]) as unknown;
  } as ConnectionPool['getFirstAvailable'];
}
