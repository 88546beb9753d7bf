import { get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { EventReader } from './event-reader.ts';

/** A connection to a stream of events. */
export class OpenEvents extends EventReader {
  readonly headers: IncomingHttpHeaders;
  /** Resolves when the stream has ended. */
  readonly closed: Promise<void>;
  readonly #response: IncomingMessage;

  constructor(response: IncomingMessage) {
    super();
    this.#response = response;
    this.headers = response.headers;
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.push(text));
    // A cut connection is an end like any other.
    response.on('error', () => undefined);
    this.closed = new Promise((resolve) => response.on('close', resolve));
  }

  /** Takes nothing from the connection until {@link resume}. */
  pause(): void {
    this.#response.pause();
  }

  resume(): void {
    this.#response.resume();
  }

  close(): void {
    this.#response.destroy();
  }
}

/** Opens a stream of events. @throws Error with the status and the body when the answer is none */
export async function openEvents(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<OpenEvents> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers, agent: false }, resolve).on('error', reject);
  });
  if (response.statusCode === 200) return new OpenEvents(response);
  throw new Error(`${response.statusCode}: ${Buffer.concat(await response.toArray()).toString()}`);
}
