import { z } from 'zod';
import { count } from './fields.ts';

/** Most replicas of a lane that `POST /api/scale` asks for. */
export const MAX_REPLICAS = 20;

/** Response of `GET /api/scale`. */
export const scaleSchema = z
  .object({
    enabled: z.boolean(),
    reason: z.string().optional().meta({ description: 'Why it is off; absent if it is on.' }),
    token: z
      .string()
      .optional()
      .meta({ description: 'To send as header `Caudal-Token` with POST; absent if it is off.' }),
    max: count,
    replicas: z.record(z.string(), count).meta({ description: 'Wanted replicas by lane.' }),
  })
  .meta({
    examples: [
      { enabled: true, token: 'q3x…', max: 20, replicas: { 'rabbitmq-valkey': 1, 'kafka-redis': 2 } },
      { enabled: false, reason: 'CONTROL is not set', max: 20, replicas: {} },
    ],
  });

/** Body of `POST /api/scale`. */
export const scaleRequestSchema = z
  .strictObject({ lane: z.string(), replicas: z.int().min(0).max(MAX_REPLICAS) })
  .meta({ examples: [{ lane: 'kafka-redis', replicas: 3 }] });

/** Response of `POST /api/scale`. */
export const scaledSchema = z
  .object({ lane: z.string(), from: count, replicas: count })
  .meta({ examples: [{ lane: 'kafka-redis', from: 2, replicas: 3 }] });

export type Scale = z.infer<typeof scaleSchema>;
export type ScaleRequest = z.infer<typeof scaleRequestSchema>;
export type Scaled = z.infer<typeof scaledSchema>;
