import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { AppError, errorMessage } from '../../errors.ts';
import type { RabbitmqSettings } from './settings.ts';

const TIMEOUT_MS = 5_000;
/** Maximum size of a response: one queue or a few bindings; anything longer is not the management API. */
const MAX_ANSWER_BYTES = 1_048_576;

/** The management API's figures for a queue, updated every `quorum_tick_interval` (5 s by default). */
export interface QueueTotals {
  /** Delivered to consumers and not acknowledged. */
  readonly unacknowledged: number;
}

/**
 * Reads from RabbitMQ's management API what AMQP 0-9-1 does not offer. Its user needs the tag `management` and any
 * permission, even an empty one, in the virtual host.
 */
export class RabbitmqManagement {
  readonly #base: URL;
  readonly #authorization: string;
  readonly #ca: string | undefined;
  readonly #virtualHost: string;

  /**
   * User and password come from the URL, otherwise from the AMQP URL; the virtual host comes from the AMQP URL.
   */
  constructor(managementUrl: string, { url, ca }: Pick<RabbitmqSettings, 'url' | 'ca'>) {
    const amqp = new URL(url);
    this.#base = new URL(managementUrl);
    const { username, password } = this.#base.username === '' ? amqp : this.#base;
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    this.#authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
    this.#ca = ca;
    this.#virtualHost = decodeURIComponent(amqp.pathname.slice(1)) || '/';
  }

  /** @throws AppError `BROKER_UNAVAILABLE` (retriable) with the API's response. */
  async queueTotals(queue: string): Promise<QueueTotals> {
    // Without statistics the figures come from the queue itself; statistics are delayed twice as long.
    const path = this.#path('queues', queue);
    const answer = await this.#get(`${path}?disable_stats=true&enable_queue_totals=true`);
    const { messages_unacknowledged: unacknowledged } = answer as { messages_unacknowledged?: unknown };
    if (typeof unacknowledged !== 'number') {
      throw this.#unavailable(`does not say how many messages of "${queue}" are unacknowledged`);
    }
    return { unacknowledged };
  }

  /**
   * Whether at least one binding connects the exchange to the queue.
   * @throws AppError `BROKER_UNAVAILABLE` (retriable) with the API's response.
   */
  async isBound(exchange: string, queue: string): Promise<boolean> {
    const bindings = await this.#get(`${this.#path('bindings', 'e')}/${segments(exchange, 'q', queue)}`);
    return Array.isArray(bindings) && bindings.length > 0;
  }

  #path(kind: string, name: string): string {
    return `api/${segments(kind, this.#virtualHost, name)}`;
  }

  async #get(path: string): Promise<unknown> {
    // A path of its own (`https://host/rabbitmq`) is kept.
    const url = new URL(path, new URL(`${this.#base.pathname.replace(/\/+$/, '')}/`, this.#base.origin));
    let answer: { readonly status: number; readonly text: string };
    try {
      answer = await this.#request(url);
    } catch (error) {
      throw this.#unavailable(errorMessage(error), error);
    }
    if (answer.status === 401) {
      throw this.#unavailable(
        `refuses the user: it needs the tag "management" and a permission in virtual host "${this.#virtualHost}"`,
      );
    }
    if (answer.status !== 200) throw this.#unavailable(`answers ${answer.status} to ${url.pathname}`);
    try {
      return JSON.parse(answer.text);
    } catch (error) {
      throw this.#unavailable('does not answer JSON; is RABBITMQ_MANAGEMENT_URL right?', error);
    }
  }

  #request(url: URL): Promise<{ status: number; text: string }> {
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const options = {
        headers: { authorization: this.#authorization, connection: 'close' },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(this.#ca === undefined ? {} : { ca: this.#ca }),
      };
      const sent = request(url, options, (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes > MAX_ANSWER_BYTES) response.destroy(new Error('the answer is too long'));
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
        );
      });
      sent.on('error', (error) =>
        reject(error.name === 'TimeoutError' ? new Error(`no answer within ${TIMEOUT_MS} ms`) : error),
      );
      sent.end();
    });
  }

  #unavailable(what: string, cause?: unknown): AppError {
    return new AppError('BROKER_UNAVAILABLE', `RabbitMQ management at ${this.#base.host}: ${what}`, {
      retriable: true,
      cause,
    });
  }
}

function segments(...names: readonly string[]): string {
  return names.map(encodeURIComponent).join('/');
}
