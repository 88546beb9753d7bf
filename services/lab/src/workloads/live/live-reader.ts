import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '@caudal/common/errors';
import type { Fetch } from '../../load/fetch.ts';

/** A message as a viewer of the live tail got it. */
export interface LiveFrame {
  readonly partition: number;
  readonly offset: number;
  readonly country: string;
  /** `<scope>:<sequence>` */
  readonly identity: string;
}

/** What a viewer got, in its order. */
export interface LiveRecord {
  readonly reader: string;
  readonly frames: readonly LiveFrame[];
  /** Offsets that the console said it cannot give, over all notices. */
  readonly missed: number;
  /** How often it paused: closed its connection, and resumed later. */
  readonly pauses: number;
  /** How often it connected again after the console or the log was away. */
  readonly reconnects: number;
}

const RETRY_MS = 200;

interface Message {
  readonly partition: number;
  readonly offset: number;
  readonly country: string;
  readonly scope: string;
  readonly sequence: number;
}

/**
 * A viewer of the live tail, as a browser is one: it connects again after whatever ended its connection, and asks for what
 * follows the last event that it got. It shares no code with the console.
 */
export class LiveReader {
  readonly #name: string;
  readonly #url: string;
  readonly #fetch: Fetch;
  readonly #frames: LiveFrame[] = [];
  readonly #started = Promise.withResolvers<void>();
  #stopping = new AbortController();
  #lastEventId = '';
  #rest = '';
  #missed = 0;
  #pauses = 0;
  #connections = 0;
  #running: Promise<void> = Promise.resolve();

  /** @param url of the console @param query of `/api/live`, with its `?`; empty for none */
  constructor(name: string, url: string, fetch: Fetch, query = '') {
    this.#name = name;
    this.#url = `${url}/api/live${query}`;
    this.#fetch = fetch;
  }

  /** Resolves when it is connected: it gets every message that is posted from then on. */
  async start(): Promise<void> {
    this.#running = this.#run(this.#stopping.signal);
    await this.#started.promise;
  }

  /** Messages that it has got. */
  get count(): number {
    return this.#frames.length;
  }

  /** Closes the connection; nothing is sent to it until {@link resume}. */
  async pause(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#pauses += 1;
  }

  /** Connects again, after the last event that it got. */
  resume(): void {
    this.#stopping = new AbortController();
    this.#running = this.#run(this.#stopping.signal);
  }

  async stop(): Promise<LiveRecord> {
    this.#stopping.abort();
    await this.#running;
    return {
      reader: this.#name,
      frames: this.#frames,
      missed: this.#missed,
      pauses: this.#pauses,
      reconnects: this.#connections - 1 - this.#pauses,
    };
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#follow(signal);
      } catch (error) {
        if (error instanceof RefusedError) {
          this.#started.reject(error);
          return;
        }
        // Away for now: the next try begins after the last event.
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const headers = this.#lastEventId === '' ? {} : { 'Last-Event-ID': this.#lastEventId };
    const response = await this.#fetch(this.#url, { headers, signal });
    if (!response.ok || response.body === null) {
      const text = await response.text();
      const error = new Error(`${this.#url} answered ${response.status}: ${text}`);
      throw response.status < 500 ? new RefusedError(error.message) : error;
    }
    this.#connections += 1;
    // What a cut connection left of an event comes again as a whole.
    this.#rest = '';
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body)
        this.#take(decoder.decode(chunk as Uint8Array, { stream: true }));
    } catch (error) {
      if (!signal.aborted) throw new Error(errorMessage(error), { cause: error });
    }
  }

  #take(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) this.#takeBlock(block);
  }

  #takeBlock(block: string): void {
    let name = 'message';
    let data: string | undefined;
    for (const line of block.split('\n')) {
      const [, field, value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? [];
      if (field === 'id') this.#lastEventId = value;
      else if (field === 'event') name = value;
      else if (field === 'data') data = value;
    }
    if (data === undefined) return;
    const event = JSON.parse(data) as Message & { readonly count?: number };
    if (name === 'start') this.#started.resolve();
    else if (name === 'missed') this.#missed += event.count ?? 0;
    else if (name === 'message') {
      const { partition, offset, country, scope, sequence } = event;
      this.#frames.push({ partition, offset, country, identity: `${scope}:${sequence}` });
    }
  }
}

/** The console refuses such a viewer permanently. */
class RefusedError extends Error {}
