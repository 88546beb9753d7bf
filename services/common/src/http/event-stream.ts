import type { IncomingMessage, ServerResponse } from 'node:http';

/** A response of server-sent events. */
export interface EventStream {
  /** False when the connection takes no more for now: `onDrain` is called when it does. */
  write(bytes: Buffer | string): boolean;
  /** Ends the response after what was written. */
  end(): void;
  /** Ends the connection at once, whatever it has not taken yet. */
  close(): void;
  onDrain(listener: () => void): void;
  /** Called once, also when it is closed already. */
  onClose(listener: () => void): void;
}

/** Time after which a browser connects again, ms. */
const RETRY_MS = 1_000;

/** Begins a response of server-sent events. Undefined for HEAD, whose response is complete. */
export function openEventStream(request: IncomingMessage, response: ServerResponse): EventStream | undefined {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    // A proxy that gathers the response would hold events back.
    'X-Accel-Buffering': 'no',
  });
  if (request.method === 'HEAD') {
    response.end();
    return undefined;
  }
  response.write(`retry: ${RETRY_MS}\n\n`);
  return {
    write: (bytes) => response.write(bytes),
    end: () => void response.end(),
    close: () => void response.destroy(),
    onDrain: (listener) => void response.on('drain', listener),
    onClose: (listener) => {
      if (response.closed) listener();
      else response.once('close', listener);
    },
  };
}
