import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { FrameReader } from './frame-reader.ts';
import { type Credentials, handshakeRequest, readHandshakeAnswer } from './handshake.ts';
import { IgniteError } from './ignite-error.ts';
import { PayloadReader } from './payload-reader.ts';
import { PayloadWriter } from './payload-writer.ts';

/** Largest answer that is read, bytes. */
const MAX_FRAME_BYTES = 64 * 2 ** 20;
const KEEP_ALIVE_MS = 5_000;

/** Flags of an answer; "Binary client protocol", section "Message structure". */
const FLAG_ERROR = 1;
const FLAG_TOPOLOGY_CHANGED = 2;
/** Version of the topology: a long and an int. */
const TOPOLOGY_BYTES = 12;

/** Where a server is, and who connects. */
export interface ConnectionSettings {
  readonly host: string;
  readonly port: number;
  /** TLS if defined, with the PEM of the CA; the system's CAs if that is undefined. */
  readonly tls: { readonly ca: string | undefined } | undefined;
  /** Undefined if the server asks for none. */
  readonly credentials: Credentials | undefined;
  /** Time in which the connection must be usable, and later each answer must arrive. */
  readonly timeoutMs: number;
}

/** Sends a request and reads its answer. */
export interface Requester {
  /**
   * @param timeoutMs time for the answer; default that of the connection
   * @throws IgniteError; unless it is of kind `server`, the outcome is unknown and the connection is closed
   */
  request<T>(
    operation: number,
    write: (payload: PayloadWriter) => void,
    read: (answer: PayloadReader) => T,
    timeoutMs?: number,
  ): Promise<T>;
}

/** A connection on which the server has accepted the handshake. */
export interface Connection extends Requester {
  /** Resolves with the reason when it has been closed, by whichever side. */
  readonly closed: Promise<IgniteError>;
  /** Closes it; requests without an answer fail. */
  close(): void;
}

interface Waiter {
  settle(answer: PayloadReader): void;
  fail(error: IgniteError): void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Connects and shakes hands.
 *
 * @param stopping closes the connection, at whatever stage, when it is aborted
 * @throws IgniteError
 */
export function openConnection(settings: ConnectionSettings, stopping?: AbortSignal): Promise<Connection> {
  const { host, port, tls, credentials, timeoutMs } = settings;
  const socket: Socket =
    tls === undefined
      ? connectTcp({ host, port })
      : connectTls({
          host,
          port,
          ...(isIP(host) === 0 && { servername: host }),
          ...(tls.ca !== undefined && { ca: tls.ca }),
        });
  socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);

  const waiters = new Map<number, Waiter>();
  const frames = new FrameReader(MAX_FRAME_BYTES);
  const handshake = Promise.withResolvers<Connection>();
  const closed = Promise.withResolvers<IgniteError>();
  let mode: 'handshake' | 'open' | 'closed' = 'handshake';
  let lastId = 0;

  const end = (error: IgniteError): void => {
    if (mode === 'closed') return;
    mode = 'closed';
    clearTimeout(handshakeTimer);
    stopping?.removeEventListener('abort', stop);
    socket.destroy();
    handshake.reject(error);
    for (const { fail, timer } of waiters.values()) {
      clearTimeout(timer);
      fail(error);
    }
    waiters.clear();
    closed.resolve(error);
  };
  const stop = (): void => end(new IgniteError('connection', 'closed by the client'));
  const handshakeTimer = setTimeout(
    () => end(new IgniteError('connection', `no connection within ${timeoutMs} ms`)),
    timeoutMs,
  );

  const onFrame = (frame: Buffer): void => {
    if (mode === 'handshake') {
      readHandshakeAnswer(frame);
      mode = 'open';
      clearTimeout(handshakeTimer);
      handshake.resolve(connection);
      return;
    }
    const answer = new PayloadReader(frame);
    const id = Number(answer.long());
    const waiter = waiters.get(id);
    if (waiter === undefined) throw new IgniteError('protocol', `an answer to no request arrived: ${id}`);
    const flags = answer.short();
    if ((flags & FLAG_TOPOLOGY_CHANGED) !== 0) answer.skip(TOPOLOGY_BYTES);
    const refusal = (flags & FLAG_ERROR) === 0 ? undefined : readRefusal(answer);
    if (refusal === undefined) waiter.settle(answer);
    else waiter.fail(refusal);
    waiters.delete(id);
    clearTimeout(waiter.timer);
  };

  const connection: Connection = {
    closed: closed.promise,
    close: stop,
    request(operation, write, read, requestTimeoutMs = timeoutMs) {
      if (mode === 'closed') return Promise.reject(new IgniteError('connection', 'the connection is closed'));
      const payload = new PayloadWriter();
      write(payload);
      lastId += 1;
      const id = lastId;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          // A slow server looks the same as a connection that leads nowhere any more.
          () => end(new IgniteError('connection', `no answer within ${requestTimeoutMs} ms`)),
          requestTimeoutMs,
        );
        waiters.set(id, { settle: (answer) => resolve(read(answer)), fail: reject, timer });
        socket.write(payload.request(operation, id));
      });
    },
  };

  socket.once(tls === undefined ? 'connect' : 'secureConnect', () =>
    socket.write(handshakeRequest(credentials)),
  );
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const frame of frames.push(chunk)) if (mode !== 'closed') onFrame(frame);
    } catch (error) {
      end(
        error instanceof IgniteError ? error : new IgniteError('protocol', String(error), { cause: error }),
      );
    }
  });
  socket.once('error', (cause) =>
    end(new IgniteError('connection', cause.message || String(cause), { cause })),
  );
  socket.once('close', () => {
    const hint = tls === undefined ? '; does it ask for TLS (ignites://)?' : '';
    const when = mode === 'handshake' ? ` before the handshake was over${hint}` : '';
    end(new IgniteError('connection', `the server closed the connection${when}`));
  });
  if (stopping?.aborted) stop();
  else stopping?.addEventListener('abort', stop, { once: true });
  return handshake.promise;
}

/** Reads why a server refused. */
function readRefusal(answer: PayloadReader): IgniteError {
  const status = answer.int();
  return new IgniteError('server', answer.optionalString() ?? `status ${status}`, { status });
}
