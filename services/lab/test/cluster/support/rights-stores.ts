import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

/** How a user reaches a store through a local port; without a user there is no login. */
export interface StoreLogin {
  readonly port: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** None of them would change the store's data if allowed, except the last ones, which no user may run. */
const attempts: Readonly<Record<string, readonly [string, ...string[]]>> = {
  PING: ['PING'],
  'HGETALL country_counts': ['HGETALL', 'country_counts'],
  'EVAL that counts': ['EVAL', "return redis.call('HINCRBY', KEYS[1], 'ES', 0)", '1', 'country_counts'],
  SCAN: ['SCAN', '0', 'COUNT', '1'],
  SLOWLOG: ['SLOWLOG', 'LEN'],
  'GET another key': ['GET', 'rights-test'],
  'SET another key': ['SET', 'rights-test', '1'],
  'EVAL on another key': ['EVAL', "return redis.call('GET', 'rights-test')", '0'],
  'EVAL that flushes': ['EVAL', "return redis.call('FLUSHALL')", '0'],
  'EVAL that lists': ['EVAL', "return redis.call('KEYS', '*')", '0'],
  'SCRIPT FLUSH': ['SCRIPT', 'FLUSH'],
  FUNCTION: ['FUNCTION', 'LIST'],
  KEYS: ['KEYS', '*'],
  'CONFIG GET': ['CONFIG', 'GET', 'maxmemory'],
  'CONFIG SET': ['CONFIG', 'SET', 'maxmemory', '0'],
  'ACL LIST': ['ACL', 'LIST'],
  'ACL SETUSER': ['ACL', 'SETUSER', 'rights-test'],
  'CLIENT LIST': ['CLIENT', 'LIST'],
  MONITOR: ['MONITOR'],
  SAVE: ['SAVE'],
  BGREWRITEAOF: ['BGREWRITEAOF'],
  'REPLICAOF NO ONE': ['REPLICAOF', 'NO', 'ONE'],
  DEL: ['DEL', 'country_counts'],
  FLUSHDB: ['FLUSHDB'],
  FLUSHALL: ['FLUSHALL'],
  SHUTDOWN: ['SHUTDOWN'],
};

/**
 * Logs in and tries a user's commands over the protocol itself: a driver would send additional ones.
 * @returns names of what was allowed, sorted
 * @throws Error when the login is refused, or the store has another objection than a lack of rights.
 */
export async function storeAttempts(login: StoreLogin): Promise<readonly string[]> {
  const allowed: string[] = [];
  for (const [name, command] of Object.entries(attempts)) {
    const reply = await ask(login, command);
    if (!reply.startsWith('-')) allowed.push(name);
    // A script says so in words of its own.
    else if (!/^-NOPERM|ACL failure in script/.test(reply)) throw new Error(`${name}: ${reply}`);
  }
  return allowed.sort();
}

/** First line of the reply to a command, sent on a connection of its own after the login. */
async function ask({ port, user, password }: StoreLogin, command: readonly string[]): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const say = async (words: readonly string[]): Promise<string> => {
    const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    socket.write(`*${words.length}\r\n${parts.join('')}`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`the store hung up on ${words[0]}`);
    return value;
  };
  try {
    await once(socket, 'connect');
    if (user !== undefined) {
      const reply = await say(['AUTH', user, password ?? '']);
      if (reply !== '+OK') throw new Error(reply);
    }
    return await say(command);
  } finally {
    socket.destroy();
  }
}
