import { signal } from '@preact/signals';
import type { Scale } from '../../../src/schemas.ts';

/** What the console may scale; undefined until it has said so. */
export const scale = signal<Scale | undefined>(undefined);
/** Lane that is being scaled. */
export const scaling = signal<string | undefined>(undefined);
/** Why the last change was refused; undefined if it was not. */
export const scaleError = signal<string | undefined>(undefined);

/** Asks what may be scaled. */
export async function readScale(): Promise<void> {
  const response = await fetch(new URL('api/scale', document.baseURI));
  if (response.ok) scale.value = (await response.json()) as Scale;
}

/** Asks for a number of replicas of a lane. */
export async function scaleTo(lane: string, replicas: number): Promise<void> {
  const { value: right } = scale;
  if (right?.token === undefined || scaling.value !== undefined) return;
  scaling.value = lane;
  scaleError.value = undefined;
  try {
    const response = await fetch(new URL('api/scale', document.baseURI), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Caudal-Token': right.token },
      body: JSON.stringify({ lane, replicas }),
    });
    if (!response.ok) scaleError.value = `${lane}: ${await detailOf(response)}`;
    await readScale();
  } catch {
    scaleError.value = `${lane}: the console does not answer`;
  } finally {
    scaling.value = undefined;
  }
}

async function detailOf(response: Response): Promise<string> {
  try {
    return ((await response.json()) as { readonly detail: string }).detail;
  } catch {
    return `the console answered ${response.status}`;
  }
}
