import type { RequestHandler } from 'express';
import { z } from 'zod';
import { type Catalogue, type Game, isCursor } from '../../catalogue/index.ts';
import { fieldsProblem, problemsOf } from '../orders/field-problems.ts';
import { PROBLEMS } from '../problems.ts';
import { gameSchema, priceOf } from '../status/order-answer.ts';
import { searchOf } from '../status/status-handlers.ts';

/** Most games of a page. */
const MAX_LIMIT = 50;
const DEFAULT_LIMIT = 20;
const MAX_QUERY_LENGTH = 100;

/** Query of `GET /games`. */
export const gamesQuerySchema = z.strictObject({
  q: z
    .string()
    .max(MAX_QUERY_LENGTH, `must have at most ${MAX_QUERY_LENGTH} characters`)
    .default('')
    .meta({ description: 'Words of the name; default: all games.' }),
  cursor: z
    .string()
    .refine(isCursor, 'must be "next" of the page before')
    .optional()
    .meta({ description: '`next` of the page before.' }),
  limit: z.coerce
    .number(`must be a whole number from 1 to ${MAX_LIMIT}`)
    .int(`must be a whole number from 1 to ${MAX_LIMIT}`)
    .min(1, `must be a whole number from 1 to ${MAX_LIMIT}`)
    .max(MAX_LIMIT, `must be a whole number from 1 to ${MAX_LIMIT}`)
    .default(DEFAULT_LIMIT)
    .meta({ description: 'Most games of the page.' }),
});

/** Body of `GET /games`. */
export const gamesSchema = z.strictObject({
  games: z.array(gameSchema),
  next: z.string().optional().meta({ description: 'Cursor of the next page; absent after the last one.' }),
});

/** A game of the catalogue as the API shows it. */
export function gameAnswer({ id, row, name, priceCents }: Game): z.infer<typeof gameSchema> {
  return { id, row, name, price: priceOf(priceCents) };
}

/** Handles `GET /games`. */
export function gamesHandler(catalogue: Catalogue): RequestHandler {
  return (request, response) => {
    const search = searchOf(request);
    const repeated = Array.from(search.keys()).find((name) => search.getAll(name).length > 1);
    if (repeated !== undefined)
      throw fieldsProblem(PROBLEMS['invalid-query'], [
        { field: repeated.slice(0, MAX_QUERY_LENGTH), reason: 'must not be sent twice' },
      ]);
    const given = Object.fromEntries(search);
    const query = gamesQuerySchema.safeParse(given);
    if (!query.success) throw fieldsProblem(PROBLEMS['invalid-query'], problemsOf(given, query.error.issues));
    const { q, cursor, limit } = query.data;
    const { games, next } = catalogue.search(q, { cursor, limit });
    response.json({ games: games.map(gameAnswer), ...(next !== undefined && { next }) });
  };
}
