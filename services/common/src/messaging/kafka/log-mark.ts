import { createHash } from 'node:crypto';

const DIGEST_BYTES = 12;
/** Distances between kept marks grow by this factor. */
const SPACING = 8;

/** Fingerprint of a stored record, by which its log is recognised. */
export interface LogMark {
  readonly offset: number;
  /** Digest of the raw value. */
  readonly digest: string;
}

/** Creates the mark of a record; a record without a value has the digest of an empty one. */
export function markOf(offset: number, value: Buffer | null): LogMark {
  const hash = createHash('sha256').update(value ?? '');
  return { offset, digest: hash.digest().subarray(0, DIGEST_BYTES).toString('base64url') };
}

/**
 * Adds the mark of the last stored record, newest first. Keeps a few older ones, at distances that grow eightfold: a log
 * that lost its newest records is still recognised by an older mark, close to the loss.
 */
export function addMark(marks: readonly LogMark[], newest: LogMark): readonly LogMark[] {
  const kept: LogMark[] = [];
  let lastStep: number | undefined;
  for (const mark of marks.toReversed()) {
    const distance = newest.offset - mark.offset;
    if (distance <= 0) continue;
    const step = Math.floor(Math.log(distance) / Math.log(SPACING) + 1e-9);
    // Keep the oldest of a step, because it reaches the next step first.
    if (step !== lastStep) kept.unshift(mark);
    lastStep = step;
  }
  return [newest, ...kept];
}

/** Encodes marks for the store: `offset:digest`, separated by spaces. */
export function encodeMarks(marks: readonly LogMark[]): string {
  return marks.map(({ offset, digest }) => `${offset}:${digest}`).join(' ');
}

/** Decodes {@link encodeMarks}; an empty text has no marks. */
export function decodeMarks(text: string): readonly LogMark[] {
  return text.split(' ').flatMap((part) => {
    const [offset, digest] = part.split(':');
    return offset && digest ? [{ offset: Number(offset), digest }] : [];
  });
}
