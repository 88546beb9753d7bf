import { signal } from '@preact/signals';
import type { DeadLetters, StreamState } from '../../../src/schemas.ts';

/** The newest parked messages by lane; only of lanes that have some. */
export const deadLetters = signal<Readonly<Record<string, DeadLetters>>>({});

const seen = new Map<string, number>();

/** Reads a lane's parked messages when their number has changed. */
export function readDeadLetters({ lanes }: StreamState): void {
  for (const [lane, { deadLetters: count = 0 }] of Object.entries(lanes)) {
    if (seen.get(lane) === count) continue;
    seen.set(lane, count);
    if (count > 0) void read(lane);
  }
}

async function read(lane: string): Promise<void> {
  const url = new URL('api/dead-letters', document.baseURI);
  url.searchParams.set('lane', lane);
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`the console answered ${response.status}`);
    deadLetters.value = { ...deadLetters.value, [lane]: (await response.json()) as DeadLetters };
  } catch (error) {
    const note = `the reasons cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    deadLetters.value = { ...deadLetters.value, [lane]: { lane, letters: [], note } };
    // Tried again with the next change of the stream.
    seen.delete(lane);
  }
}
