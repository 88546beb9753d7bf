import { z } from 'zod';
import { count, epochMs } from './fields.ts';

/**
 * Data of a message of `GET /api/live` (an event without a name). The event's id is the position after it, for
 * `Last-Event-ID`; ids without data, about every 10 s, move the position of a client whose filter lets nothing through.
 */
export const liveMessageSchema = z
  .object({
    partition: count,
    offset: count,
    country: z.string(),
    weather: z.string(),
    description: z.string(),
    acceptedAt: epochMs,
    scope: z.string().meta({ description: 'First part of the identity: the producer or the key.' }),
    sequence: count.meta({ description: 'Second part of the identity.' }),
  })
  .meta({
    examples: [
      {
        partition: 3,
        offset: 1_204,
        country: 'ES',
        weather: 'sunny',
        description: 'Sol y viento',
        acceptedAt: 1_795_752_612_345,
        scope: 'qTzK1mWbX0sVd8Rn',
        sequence: 42,
      },
    ],
  });

/** Data of the event `start` of `GET /api/live`: the first of a connection; its id is the position it begins at. */
export const liveStartSchema = z
  .object({
    topic: z.string(),
    partitions: count,
    from: z.enum(['now', 'earliest', 'position']),
    countries: z.array(z.string()).optional().meta({ description: 'The filter; absent: all countries.' }),
  })
  .meta({ examples: [{ topic: 'message', partitions: 12, from: 'now', countries: ['ES'] }] });

/**
 * Data of the event `missed` of `GET /api/live`: messages of the topic that this client cannot get. With a filter, the
 * count includes messages that it would not have let through.
 */
export const liveMissedSchema = z
  .object({
    count: count.meta({ description: 'Offsets skipped over all partitions.' }),
    reason: z.enum(['retention', 'slow', 'restarted']).meta({
      description:
        '`retention`: Kafka has deleted them. `slow`: the client took less than arrived until it was too far behind; it continues at the end. `restarted`: the position was of a topic that is gone, so the new one is read from its start; `count` is 0.',
    }),
    partitions: z.array(z.object({ partition: count, from: count, to: count })).meta({
      description: 'Offsets `from` up to `to`, without `to`.',
    }),
  })
  .meta({
    examples: [{ count: 312, reason: 'retention', partitions: [{ partition: 3, from: 1_000, to: 1_312 }] }],
  });

/** A parked message. */
const deadLetter = z.object({
  reason: z.string(),
  source: z.string().meta({ description: 'Where it was read: `topic:partition:offset` or the queue.' }),
  consumer: z.string(),
  parkedAt: epochMs.optional(),
  bytes: count,
});

/** Response of `GET /api/dead-letters?lane=`: the newest parked messages of a lane, newest first. */
export const deadLettersSchema = z
  .object({
    lane: z.string(),
    letters: z.array(deadLetter),
    note: z.string().optional().meta({ description: 'Why there are none to show, or not all.' }),
  })
  .meta({
    examples: [
      {
        lane: 'kafka-redis',
        letters: [
          {
            reason: 'country: not an ISO 3166-1 alpha-2 code',
            source: 'message:3:1204',
            consumer: 'kafka-redis-1',
            parkedAt: 1_795_752_612_345,
            bytes: 211,
          },
        ],
      },
    ],
  });

export type LiveMessage = z.infer<typeof liveMessageSchema>;
export type LiveStart = z.infer<typeof liveStartSchema>;
export type LiveMissed = z.infer<typeof liveMissedSchema>;
export type DeadLetters = z.infer<typeof deadLettersSchema>;
