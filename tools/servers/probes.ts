import { connect } from 'node:net';

/** Probes of protocols on 127.0.0.1: each resolves with whether the server answers within {@link timeoutMs}. */

const timeoutMs = 2_000;

/** AMQP 0-9-1: the protocol header is answered by a method frame (Connection.Start). */
export function answersAmqp(port: number): Promise<boolean> {
  const header = Buffer.from('AMQP\0\0\x09\x01', 'latin1');
  return answers(port, header, (reply) => (reply.length === 0 ? undefined : reply[0] === 1));
}

/** Kafka: an ApiVersions request (key 18, version 0) is answered under its correlation id without an error. */
export function answersKafka(port: number): Promise<boolean> {
  const request = Buffer.alloc(14);
  request.writeInt32BE(10, 0);
  request.writeInt16BE(18, 4);
  request.writeInt32BE(7, 8);
  request.writeInt16BE(-1, 12);
  return answers(port, request, (reply) =>
    reply.length < 10 ? undefined : reply.readInt32BE(4) === 7 && reply.readInt16BE(8) === 0,
  );
}

/** RESP: AUTH and PING; a server that is loading its data answers -LOADING. */
export function answersPing(port: number, password: string): Promise<boolean> {
  const request = Buffer.from(`AUTH ${password}\r\nPING\r\n`);
  return answers(port, request, (reply) => {
    const lines = reply.toString('latin1').split('\r\n');
    return lines.length < 3 ? undefined : lines[1] === '+PONG';
  });
}

/** PostgreSQL: a startup message is answered by a request to authenticate; while it recovers, by an error. */
export function answersPostgresql(port: number): Promise<boolean> {
  const body = Buffer.from('\0\x03\0\0user\0probe\0database\0postgres\0\0', 'latin1');
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + length.length);
  return answers(port, Buffer.concat([length, body]), (reply) =>
    reply.length === 0 ? undefined : reply.toString('latin1', 0, 1) === 'R',
  );
}

/** HTTP: a successful response. `credentials` are `user:password`. */
export async function answersHttp(port: number, path: string, credentials?: string): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        connection: 'close',
        ...(credentials === undefined
          ? {}
          : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
      },
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** Another protocol: sends a request and checks the response so far; undefined means incomplete. */
export function answers(
  port: number,
  request: Buffer,
  judge: (reply: Buffer) => boolean | undefined,
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    let reply = Buffer.alloc(0);
    const finish = (verdict: boolean) => {
      resolve(verdict);
      socket.destroy();
    };
    socket.setTimeout(timeoutMs, () => finish(false));
    socket.on('connect', () => socket.write(request));
    socket.on('error', () => finish(false));
    socket.on('close', () => finish(false));
    socket.on('data', (chunk: Buffer) => {
      reply = Buffer.concat([reply, chunk]);
      const verdict = judge(reply);
      if (verdict !== undefined) finish(verdict);
    });
  });
}
