import { computed, signal } from '@preact/signals';
import type { StreamState } from '../../../src/schemas.ts';
import { applyMergePatch, type Json } from '../../../src/stream/merge-patch.ts';

/** Everything that the console sends; undefined until its first answer. */
export const state = signal<StreamState | undefined>(undefined);

/** `connecting`: no answer yet. `lost`: the connection ended and is being made again. */
export const connection = signal<'connecting' | 'live' | 'lost'>('connecting');

/** Time of this page, ms since the epoch; moves every {@link CLOCK_MS}. */
export const now = signal(Date.now());

/** Time of this page at which the console last sent something. */
export const heardAt = signal(Date.now());

const CLOCK_MS = 250;
const RECONNECT_MS = 2_000;
const MISSED_INTERVALS = 3;

/** Whether the console has been silent for longer than it may be: its figures are no longer those of now. */
export const isStale = computed(() => {
  const { value } = state;
  if (value === undefined) return false;
  return now.value - heardAt.value > MISSED_INTERVALS * value.intervalMs;
});

/** Called with the state after every event. */
type Listener = (next: StreamState) => void;

/** Follows `GET /api/stream` for as long as the page is open. */
export function followStream(url: string, onState: Listener): void {
  setInterval(() => {
    now.value = Date.now();
  }, CLOCK_MS);
  open(url, onState);
}

/** A state is JSON without null. */
function patched(from: StreamState, patch: Json): StreamState {
  return applyMergePatch(from as unknown as Json, patch) as unknown as StreamState;
}

function open(url: string, onState: Listener): void {
  const source = new EventSource(url);
  const take = (next: StreamState): void => {
    heardAt.value = Date.now();
    now.value = heardAt.value;
    state.value = next;
    connection.value = 'live';
    onState(next);
  };
  source.addEventListener('snapshot', ({ data }) => take(JSON.parse(data) as StreamState));
  source.addEventListener('tick', ({ data }) => {
    if (state.value !== undefined) take(patched(state.value, JSON.parse(data)));
  });
  source.addEventListener('error', () => {
    connection.value = 'lost';
    if (source.readyState !== EventSource.CLOSED) return;
    // The browser connects again on its own, but not after an answer that is no stream.
    setTimeout(() => open(url, onState), RECONNECT_MS);
  });
}
