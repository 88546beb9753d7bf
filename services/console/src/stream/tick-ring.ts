import type { StreamState } from '../schemas.ts';
import { type Json, mergePatch } from './merge-patch.ts';

/** Ticks that a client that comes back can get: five minutes of half seconds. */
const MAX_TICKS = 600;

/** A tick as it is sent. */
interface Tick {
  readonly number: number;
  readonly event: Buffer;
}

/** States as events: the first in whole, then what changed. */
export class TickRing {
  /** New at each start: ids of another console, or of this one before a restart, are not ours. */
  readonly #boot: string;
  #state: StreamState | undefined;
  #number = 0;
  #ticks: Tick[] = [];

  constructor(boot: string) {
    this.#boot = boot;
  }

  /** Adds a state; returns the event that leads to it from the one before, undefined for the first. */
  add(state: StreamState): Buffer | undefined {
    const before = this.#state;
    this.#state = state;
    this.#number += 1;
    if (before === undefined) return undefined;
    // States are plain data.
    const patch = mergePatch(before as unknown as JsonObject, state as unknown as JsonObject) ?? {};
    const event = this.#event('tick', this.#number, patch);
    this.#ticks = [...this.#ticks.slice(1 - MAX_TICKS), { number: this.#number, event }];
    return event;
  }

  /** Events for a client that comes: the ticks after its last one, or everything; undefined before the first state. */
  since(lastEventId: string | undefined): Buffer | undefined {
    if (this.#state === undefined) return undefined;
    const last = this.#numberOf(lastEventId);
    const missed = last === undefined ? [] : this.#ticks.filter(({ number }) => number > last);
    const isComplete = last !== undefined && missed.length === this.#number - last;
    if (isComplete) return Buffer.concat(missed.map(({ event }) => event));
    return this.#event('snapshot', this.#number, this.#state as unknown as JsonObject);
  }

  #numberOf(id: string | undefined): number | undefined {
    const [boot, number = ''] = id?.split('-') ?? [];
    return boot === this.#boot && /^\d{1,15}$/.test(number) ? Number(number) : undefined;
  }

  #event(name: string, number: number, data: JsonObject): Buffer {
    return Buffer.from(`id: ${this.#boot}-${number}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}

type JsonObject = { readonly [key: string]: Json | undefined };
