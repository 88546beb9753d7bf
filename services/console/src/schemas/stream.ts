import { z } from 'zod';
import { availability, count, epochMs, perCountry, quantiles } from './fields.ts';

/** One finding of the light. */
const lightReason = z.object({
  kind: z.enum([
    'unreadable',
    'stale',
    'accepted-uncertain',
    'waiting',
    'in-hand',
    'accepting',
    'settling',
    'paused',
    'unexplained',
    'lanes-differ',
    'missing',
    'surplus',
    'doubled',
  ]),
  lane: z.string().optional(),
  country: z.string().optional(),
  count: count.optional(),
  text: z.string().meta({ description: 'The finding in one line.' }),
});

/** The exactness light of one system. */
export const lightSchema = z
  .object({
    state: z.enum(['exact', 'equal', 'in-flight', 'drift', 'unknown']).meta({
      description:
        '`exact`: at rest, every accepted message is in every lane, once. `equal`: at rest and the lanes agree, but the number of accepted messages is not certain. `in-flight`: messages are on their way or a lane is paused. `drift`: at rest and something is missing, over or doubled. `unknown`: a part cannot be read.',
    }),
    line: z.string().meta({ description: 'The verdict in one line.' }),
    since: epochMs.meta({ description: 'When this state began, ms since the epoch.' }),
    accepted: count.optional().meta({ description: 'Messages accepted; absent if unknown.' }),
    inFlight: count.meta({ description: 'Messages waiting and in hand, over all lanes.' }),
    oldestSeconds: z
      .number()
      .min(0)
      .optional()
      .meta({ description: 'How long something has been in flight.' }),
    etaSeconds: z
      .number()
      .min(0)
      .optional()
      .meta({ description: 'Time to drain at the current rate; absent if unknown.' }),
    reasons: z.array(lightReason),
    lastCertain: z
      .object({ state: z.enum(['exact', 'equal', 'drift']), at: epochMs })
      .optional()
      .meta({ description: 'The last verdict at rest; absent if there was none since the console started.' }),
  })
  .meta({
    examples: [
      {
        state: 'drift',
        line: 'kafka-redis is 1 short in France',
        since: 1_795_752_612_000,
        accepted: 49_204,
        inFlight: 0,
        reasons: [
          {
            kind: 'missing',
            lane: 'kafka-redis',
            country: 'FR',
            count: 1,
            text: 'kafka-redis is 1 short in France',
          },
        ],
        lastCertain: { state: 'exact', at: 1_795_752_600_000 },
      },
    ],
  });

const color = z.string().regex(/^#[0-9A-F]{6}$/);

/** A lane as the stream shows it. */
export const streamLaneSchema = z
  .object({
    position: count.meta({ description: 'Place in the configured order of the lanes.' }),
    broker: z.string(),
    store: z.string(),
    brokerTitle: z.string().meta({ description: 'Name of the broker in sentences.' }),
    storeTitle: z.string().meta({ description: 'Name of the store in sentences.' }),
    hue: z
      .object({ light: color, mid: color, dark: color })
      .meta({ description: 'Colour of the lane in charts, in three shades.' }),
    countries: z
      .array(z.string())
      .optional()
      .meta({ description: 'The only countries whose messages the lane takes; absent: all.' }),
    state: z.enum(['running', 'paused', 'unreadable']),
    stored: z
      .object({ total: count, byCountry: perCountry, byWeather: z.record(z.string(), count) })
      .optional(),
    perSecond: z
      .number()
      .min(0)
      .optional()
      .meta({ description: 'Messages stored a second, from the totals of the last 10 s.' }),
    seconds: quantiles.optional().meta({
      description: 'End-to-end latency, in seconds over the last minute; needs Prometheus.',
    }),
    backlog: z
      .object({
        messages: count,
        covers: z.enum(['waiting and in hand', 'waiting only']),
        waiting: count.optional(),
        inHand: count.optional(),
        secondsBehind: z.number().min(0).optional(),
        consumers: count.optional(),
      })
      .optional(),
    deadLetters: count.optional(),
    errors: z.object({ store: z.string().optional(), broker: z.string().optional() }),
  })
  .meta({
    examples: [
      {
        position: 1,
        broker: 'kafka',
        store: 'redis',
        brokerTitle: 'Kafka',
        storeTitle: 'Redis',
        hue: { light: '#A9DAF6', mid: '#56B4E9', dark: '#1F86C0' },
        state: 'running',
        stored: {
          total: 49_204,
          byCountry: { ES: 14_143, FR: 6_086 },
          byWeather: { sunny: 40_000, rainy: 9_204 },
        },
        perSecond: 2_140.5,
        seconds: { p50: 0.012, p95: 0.028, p99: 0.03 },
        backlog: { messages: 40, covers: 'waiting and in hand', secondsBehind: 0.1, consumers: 2 },
        deadLetters: 0,
        errors: {},
      },
    ],
  });

/** A consumer process. */
export const consumerSchema = z
  .object({
    lane: z.string(),
    name: z.string().meta({ description: 'Pod or instance.' }),
    state: z.enum(['running', 'paused', 'unknown']),
    sources: count.optional().meta({ description: 'How many partitions or queues it has.' }),
    partitions: z
      .array(count)
      .optional()
      .meta({ description: 'Partitions of the topic that it has; absent for a queue or if unknown.' }),
    inHand: count.optional().meta({ description: 'Delivered to it and not stored yet.' }),
    prefetch: count.optional().meta({ description: 'Most messages that a queue delivers ahead.' }),
    perSecond: z.number().min(0).optional(),
    p95Seconds: z.number().min(0).optional(),
  })
  .meta({
    examples: [
      {
        lane: 'kafka-redis',
        name: 'kafka-redis-1',
        state: 'running',
        sources: 4,
        partitions: [0, 1, 2, 3],
        inHand: 31,
        perSecond: 92.5,
        p95Seconds: 0.028,
      },
      {
        lane: 'rabbitmq-valkey',
        name: 'rabbitmq-valkey-1',
        state: 'running',
        sources: 1,
        inHand: 71,
        prefetch: 2_000,
      },
    ],
  });

/** Response of `GET /api/consumers`. */
export const consumersSchema = z.object({
  consumers: z.array(consumerSchema),
  partitions: z
    .record(z.string(), count)
    .meta({ description: 'Partitions of the topic by lane; only lanes of a log.' }),
  note: z
    .string()
    .optional()
    .meta({ description: 'Why figures are absent, such as no Prometheus; absent if all are there.' }),
});

/**
 * Data of the event `snapshot` of `GET /api/stream`: everything. A figure that is unknown is absent, never null, so
 * that the event `tick` can be a JSON merge patch (RFC 7396) of it: members that changed, null for one that is gone.
 */
export const streamStateSchema = z.object({
  at: epochMs,
  intervalMs: count.meta({
    description: 'Time between two ticks; a page older than three of them is stale.',
  }),
  lights: z.record(z.string(), lightSchema).meta({
    description: 'One light for each system that is on; `messages` is that of the lanes.',
  }),
  ingest: z.object({
    accepted: count.optional(),
    byCountry: perCountry.optional(),
    perSecond: z.number().min(0).optional(),
    seconds: quantiles.optional().meta({ description: 'Response time of POST, in seconds.' }),
    note: z.string().meta({ description: 'Limits of these figures, or why they are absent.' }),
  }),
  lanes: z.record(z.string(), streamLaneSchema),
  consumers: z.record(z.string(), consumerSchema).meta({ description: 'By `<lane>/<name>`.' }),
  partitions: z.record(z.string(), count).meta({ description: 'Partitions of the topic by lane of a log.' }),
  live: availability.meta({ description: 'Whether `GET /api/live` streams messages.' }),
  scale: availability.meta({ description: 'Whether `POST /api/scale` may change replicas.' }),
});

/** Response of `GET /api/history`: what the charts show when a page opens. */
export const historySchema = z
  .object({
    source: z.enum(['prometheus', 'memory']).meta({
      description: '`memory`: only since the console started, at most 5 minutes.',
    }),
    at: z.array(epochMs).meta({ description: 'Times of the points; every series has one value for each.' }),
    ingest: z.object({ perSecond: z.array(z.number().nullable()) }),
    lanes: z.record(
      z.string(),
      z.object({
        perSecond: z.array(z.number().nullable()),
        p50: z.array(z.number().nullable()),
        p95: z.array(z.number().nullable()),
        p99: z.array(z.number().nullable()),
        backlog: z.array(z.number().nullable()),
      }),
    ),
  })
  .meta({
    examples: [
      {
        source: 'memory',
        at: [1_795_752_600_000, 1_795_752_600_500],
        ingest: { perSecond: [2_140, null] },
        lanes: {
          'kafka-redis': {
            perSecond: [2_140, 2_139],
            p50: [null, null],
            p95: [null, null],
            p99: [null, null],
            backlog: [40, 12],
          },
        },
      },
    ],
  });

export type Light = z.infer<typeof lightSchema>;
export type StreamState = z.infer<typeof streamStateSchema>;
export type StreamLane = z.infer<typeof streamLaneSchema>;
export type ConsumerReport = z.infer<typeof consumerSchema>;
export type History = z.infer<typeof historySchema>;
