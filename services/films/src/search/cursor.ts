import { createHash } from 'node:crypto';
import { z } from 'zod';
import { fold } from './fold.ts';

/** Where a page ends: the next one begins after it. */
export interface Place {
  /** Place of its class among {@link CLASSES}; 0 where results have no classes. */
  readonly matchClass: number;
  /** Popularity of the last result, by which results are ordered, descending. */
  readonly popularity: number;
  /** Id of the last result, by which results of the same popularity are ordered. */
  readonly id: string;
  /** Corrected query that the page answered; undefined where nothing was corrected. */
  readonly corrected?: string | undefined;
}

/** A query of 200 letters becomes longer when it is folded, at worst 18 times. */
const MAX_LENGTH = 8_000;
const MAX_INTEGER = 2_147_483_647;

const schema = z.tuple([
  z.string(),
  z.int().min(0).max(2),
  z.int().min(0).max(MAX_INTEGER),
  z.string().regex(/^\w{1,64}$/),
  z
    .string()
    .min(1)
    .refine((text) => fold(text) === text)
    .optional(),
]);

/**
 * Writes a place as a cursor for the next page of the same query.
 * @param query what was asked, in one canonical form
 */
export function writeCursor(query: string, { matchClass, popularity, id, corrected }: Place): string {
  const parts = [markOf(query), matchClass, popularity, id, ...(corrected === undefined ? [] : [corrected])];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** Reads a cursor; undefined for a text that is none, or one of another query. */
export function readCursor(query: string, cursor: string): Place | undefined {
  if (cursor.length > MAX_LENGTH || !/^[\w-]+$/.test(cursor)) return undefined;
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
  const read = schema.safeParse(parts);
  if (!read.success) return undefined;
  const [mark, matchClass, popularity, id, corrected] = read.data;
  return mark === markOf(query) ? { matchClass, popularity, id, corrected } : undefined;
}

/** Names a query, so that a cursor of another one is noticed. */
function markOf(query: string): string {
  return createHash('sha256').update(query).digest('base64url').slice(0, 8);
}
