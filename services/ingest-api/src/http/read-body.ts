import type { IncomingMessage } from 'node:http';
import type { ByteBudget } from './byte-budget.ts';
import { ClientGoneError, ProblemError } from './problem.ts';

/**
 * Reads a request's whole body. Its bytes count against the budget on arrival; the caller returns `body.length` after
 * responding.
 *
 * @throws ProblemError `body-too-large` above `maxBytes`, `overloaded` when the budget is used up;
 * ClientGoneError when the client disconnects. The rest of the body is unread then.
 */
export function readBody(request: IncomingMessage, maxBytes: number, budget: ByteBudget): Promise<Buffer> {
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
      else if (!budget.take(chunk.length)) {
        stop(
          new ProblemError('overloaded', 'Too many request bodies in progress. Retry later.', {
            retryAfterSeconds: 1,
          }),
        );
      } else {
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

function tooLarge(maxBytes: number): ProblemError {
  return new ProblemError(
    'body-too-large',
    `Maximum body size: ${maxBytes} bytes. Send the messages in several requests.`,
  );
}
