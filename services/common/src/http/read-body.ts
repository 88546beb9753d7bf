import type { IncomingMessage } from 'node:http';
import type { ByteBudget } from './byte-budget.ts';

/** Limits of {@link readBody}, and the errors of bodies above them. */
export interface ReadBodyOptions {
  readonly maxBytes: number;
  /** Memory for all bodies together; the caller returns `body.length` after responding. */
  readonly budget: ByteBudget;
  /** The error of a body above `maxBytes`. */
  readonly tooLarge: (maxBytes: number) => Error;
  /** The error of a body that the budget has no room for. */
  readonly noRoom: () => Error;
}

/** The client disconnected before its request was complete; no answer is possible. */
export class ClientGoneError extends Error {
  constructor() {
    super('client closed the connection before its request was complete');
    this.name = 'ClientGoneError';
  }
}

/**
 * Reads a request's whole body. Its bytes count against the budget on arrival.
 *
 * @throws the errors of the options; ClientGoneError when the client disconnects. The rest of the body is unread then.
 */
export function readBody(request: IncomingMessage, options: ReadBodyOptions): Promise<Buffer> {
  const { maxBytes, budget, tooLarge, noRoom } = options;
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
      reject(tooLarge(maxBytes));
      return;
    }
    if (request.destroyed) {
      reject(new ClientGoneError());
      return;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    const stop = (error: Error): void => {
      detach();
      budget.release(bytes);
      reject(error);
    };
    const onData = (chunk: Buffer): void => {
      if (bytes + chunk.length > maxBytes) stop(tooLarge(maxBytes));
      else if (!budget.take(chunk.length)) stop(noRoom());
      else {
        bytes += chunk.length;
        chunks.push(chunk);
      }
    };
    const onEnd = (): void => {
      detach();
      const [first] = chunks;
      resolve(chunks.length === 1 && first ? first : Buffer.concat(chunks, bytes));
    };
    const onGone = (): void => stop(new ClientGoneError());
    const detach = (): void => {
      request.off('data', onData).off('end', onEnd).off('close', onGone);
    };
    request.on('data', onData).on('end', onEnd).on('close', onGone);
  });
}
