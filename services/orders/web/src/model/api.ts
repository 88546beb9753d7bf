import type { z } from 'zod';
import type { gamesSchema } from '../../../src/api/games/games-handler.ts';
import type { acceptedSchema, problemSchema } from '../../../src/api/openapi.ts';
import type { gameSchema, orderSchema } from '../../../src/api/status/order-answer.ts';

/** A game as the API shows it. */
export type ShopGame = z.infer<typeof gameSchema>;
/** Answer of `GET /games`. */
export type GamesPage = z.infer<typeof gamesSchema>;
/** Answer of `POST /orders`. */
export type Accepted = z.infer<typeof acceptedSchema>;
/** Answer of `GET /orders/{id}`, and data of its events. */
export type Order = z.infer<typeof orderSchema>;
/** What an error answer says. */
export type Problem = z.infer<typeof problemSchema>;
/** Language of an order's mails. */
export type Language = Order['language'];
