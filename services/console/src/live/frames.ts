import { decodeEnvelope, PoisonError } from '@caudal/common/message';
import type { TailRun } from '@caudal/common/messaging';
import type { LiveMessage } from '../schemas.ts';
import { encodePosition, later, type Offsets } from './position.ts';

/** A message as an event without its id. */
export interface Frame {
  readonly partition: number;
  readonly offset: number;
  readonly country: string;
  /** `data: {…}` and a line break. */
  readonly text: string;
}

/** Countries that a client wants. */
export interface Filter {
  /** The same for the same countries. */
  readonly key: string;
  /** Undefined: all. */
  readonly countries: ReadonlySet<string> | undefined;
}

/** A filter by ISO 3166-1 alpha-2 codes; undefined: all. */
export function filterBy(countries: readonly string[] | undefined): Filter {
  if (countries === undefined) return { key: '', countries };
  const codes = new Set([...countries].sort());
  return { key: [...codes].join(), countries: codes };
}

/** Frames of what a read brought, in the order of each partition. What can never be stored is not a message: no frame. */
export function framesOf(runs: ReadonlyMap<number, TailRun>): Frame[] {
  const frames: Frame[] = [];
  for (const [partition, { values, offsets }] of runs) {
    for (const [index, value] of values.entries()) {
      const frame = value && frameOf(value, partition, offsets[index] ?? 0);
      if (frame) frames.push(frame);
    }
  }
  return frames;
}

function frameOf(value: Buffer, partition: number, offset: number): Frame | undefined {
  try {
    const { country, weather, description, acceptedAt, producer, key, sequence } = decodeEnvelope(value);
    const message: LiveMessage = {
      partition,
      offset,
      country,
      weather,
      description,
      acceptedAt,
      scope: producer ?? key ?? '',
      sequence,
    };
    return { partition, offset, country, text: `data: ${JSON.stringify(message)}\n` };
  } catch (error) {
    if (error instanceof PoisonError) return undefined;
    throw error;
  }
}

/** Events and the position after the last of them. */
export interface Encoded {
  readonly bytes: Buffer;
  readonly messages: number;
}

/**
 * Writes frames as events, each with the position after it as its id.
 * @param before position before the first frame; frames that lie before it are left out
 */
export function encodeFrames(
  frames: readonly Frame[],
  {
    log,
    before,
    countries,
  }: { readonly log: string; readonly before: Offsets; readonly countries: Filter['countries'] },
): Encoded {
  const offsets = [...before];
  let text = '';
  let messages = 0;
  for (const frame of frames) {
    if (frame.offset < (offsets[frame.partition] ?? 0)) continue;
    offsets[frame.partition] = frame.offset + 1;
    if (countries?.has(frame.country) === false) continue;
    text += `${frame.text}id: ${encodePosition({ log, offsets })}\n\n`;
    messages += 1;
  }
  return { bytes: Buffer.from(text), messages };
}

/** The position after a read that began at `before`. */
export function positionAfter(before: Offsets, runs: ReadonlyMap<number, TailRun>): number[] {
  const offsets = [...before];
  for (const [partition, { next }] of runs) offsets[partition] = next;
  return later(before, offsets);
}
