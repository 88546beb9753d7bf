import { computed, signal } from '@preact/signals';
import type { LiveMessage, LiveMissed } from '../../../src/schemas.ts';

/** A row of the tail: a message, or a gap that the console reported. */
export type TailRow =
  | { readonly kind: 'message'; readonly key: string; readonly message: LiveMessage }
  | { readonly kind: 'missed'; readonly key: string; readonly missed: LiveMissed };

/** `off`: not opened. `live`: following. `paused`: by the reader; nothing is lost meanwhile. `lost`: being reconnected. */
export type TailMode = 'off' | 'connecting' | 'live' | 'paused' | 'lost';

/** Rows that are kept, and those of them that are shown. */
const KEPT_ROWS = 1_000;
const SHOWN_ROWS = 100;
/** A page that changes more often cannot be read, and costs a core. */
const FLUSH_MS = 200;
const RECONNECT_MS = 5_000;

/** State of the connection. */
export const mode = signal<TailMode>('off');
/** Newest first. */
const rows = signal<readonly TailRow[]>([]);
/** Newest rows. */
export const shownRows = computed(() => rows.value.slice(0, SHOWN_ROWS));
/** Messages received since the page was opened. */
export const received = signal(0);
/** Messages that the console could not deliver. */
export const missed = signal(0);
/** Country that is followed; undefined: all. */
export const country = signal<string | undefined>(undefined);

let source: EventSource | undefined;
let lastId = '';
let pending: TailRow[] = [];
let pendingCount = 0;
let gaps = 0;

setInterval(flush, FLUSH_MS);

/** Follows messages: after the last one received, or from now on. */
export function play(): void {
  close();
  mode.value = 'connecting';
  const url = new URL('api/live', document.baseURI);
  if (country.value !== undefined) url.searchParams.set('country', country.value);
  if (lastId !== '') url.searchParams.set('from', lastId);
  const opened = new EventSource(url);
  source = opened;
  const noteId = (event: MessageEvent): void => {
    if (event.lastEventId !== '') lastId = event.lastEventId;
  };
  opened.addEventListener('start', (event) => {
    noteId(event);
    mode.value = 'live';
  });
  opened.addEventListener('message', (event) => {
    noteId(event);
    if (event.data === '') return;
    const message = JSON.parse(event.data) as LiveMessage;
    pending.push({ kind: 'message', key: `${message.partition}:${message.offset}`, message });
    pendingCount += 1;
  });
  opened.addEventListener('missed', (event) => {
    noteId(event);
    const gap = JSON.parse(event.data) as LiveMissed;
    gaps += 1;
    pending.push({ kind: 'missed', key: `gap:${gaps}`, missed: gap });
  });
  opened.addEventListener('error', () => {
    if (source !== opened) return;
    mode.value = 'lost';
    if (opened.readyState !== EventSource.CLOSED) return;
    // The browser connects again on its own, but not after an answer that is no stream.
    setTimeout(() => {
      if (source === opened) play();
    }, RECONNECT_MS);
  });
}

/** Stops receiving. The console keeps nothing for this page: {@link play} asks for what came meanwhile. */
export function pause(): void {
  close();
  flush();
  mode.value = 'paused';
}

/** Follows a single country from now on, or all. */
export function follow(code: string | undefined): void {
  if (country.value === code) return;
  country.value = code;
  // What the other choice left out since its last message may be hours long.
  lastId = '';
  if (mode.value !== 'off' && mode.value !== 'paused') play();
}

/** Forgets the rows, not the position. */
export function clear(): void {
  flush();
  rows.value = [];
}

function close(): void {
  source?.close();
  source = undefined;
}

function flush(): void {
  if (pending.length === 0) return;
  const fresh = pending.toReversed();
  received.value += pendingCount;
  for (const row of fresh) if (row.kind === 'missed') missed.value += row.missed.count;
  rows.value = [...fresh, ...rows.value].slice(0, KEPT_ROWS);
  pending = [];
  pendingCount = 0;
}
