import { BROKERS } from '@caudal/common/messaging';
import { z } from 'zod';
import { count, perCountry, quantiles } from './schemas/fields.ts';

export * from './schemas/live.ts';
export * from './schemas/scale.ts';
export * from './schemas/stream.ts';

const LOGS = Object.values(BROKERS)
  .filter(({ kind }) => kind === 'log')
  .map(({ title }) => title)
  .join(', ');

const laneTotals = z
  .object({
    total: count,
    byCountry: perCountry,
    identities: count
      .nullable()
      .default(null)
      .meta({ description: 'Distinct identities; null if not counted.' }),
    readAt: count.optional().meta({
      description: 'Time of counting the identities, ms since the epoch; absent if none expired since.',
    }),
    expiryMark: z
      .string()
      .nullable()
      .optional()
      .meta({ description: 'Constant while no identity expires; null if the store does not report it.' }),
  })
  .meta({ description: "A lane's totals as returned by /api/lanes." });

/** Request body of `POST /api/account`. */
export const accountRequestSchema = z.strictObject({
  accepted: perCountry,
  unknown: perCountry.default({}),
  before: z
    .record(z.string(), laneTotals)
    .meta({ description: 'Totals of every lane before the load, by lane: /api/lanes?identities=1.' }),
});

const finding = z.object({
  lane: z.string(),
  country: z.string().nullable(),
  kind: z.enum([
    'lost',
    'doubled',
    'wrong-country',
    'wrong-weather',
    'refused',
    'not-taken',
    'other',
    'total',
  ]),
  count,
  countedAs: z.string().optional(),
});

const figures = {
  accepted: count,
  unknown: count,
  stored: z.int(),
  lost: count,
  doubled: count,
  other: count,
};

/** Response of `POST /api/account`. */
export const accountSchema = z.object({
  exact: z.boolean(),
  findings: z.array(finding),
  lanes: z.array(
    z.object({ lane: z.string(), ...figures, wrongCountry: count, identities: z.int().nullable() }),
  ),
  rows: z.array(z.object({ lane: z.string(), country: z.string(), ...figures })),
});

/** One lane of `GET /api/lanes`. */
export const laneReportSchema = z.object({
  lane: z.string(),
  broker: z.string(),
  store: z.string(),
  countries: z
    .array(z.string())
    .optional()
    .meta({ description: 'The only countries whose messages the lane takes; absent: all.' }),
  totals: laneTotals.extend({ byWeather: z.record(z.string(), count) }).nullable(),
  backlog: z
    .object({
      messages: count.meta({
        description: 'Messages the lane still has to store: waiting plus in hand, see `covers`.',
      }),
      covers: z.enum(['waiting and in hand', 'waiting only']).meta({
        description:
          '`waiting only`: the console has no management API of the broker to ask, so `messages` excludes unacknowledged messages.',
      }),
      waiting: count.nullable().meta({
        description: `On the broker, not delivered to a consumer yet; null if the broker does not report it (${LOGS}).`,
      }),
      inHand: count
        .nullable()
        .meta({ description: 'Delivered to consumers and not acknowledged; null if unknown.' }),
      secondsBehind: z.number().min(0).nullable().meta({
        description:
          "`messages` divided by the store's growth rate over the last 30 s; null if the rate is unknown or 0.",
      }),
      bySource: z.record(z.string(), count),
      deadLetters: count,
      consumers: count.nullable(),
    })
    .nullable(),
  perSecond: z
    .number()
    .nullable()
    .optional()
    .meta({ description: 'Messages stored a second over the last 30 s; null if unknown.' }),
  seconds: quantiles
    .nullable()
    .optional()
    .meta({ description: 'End-to-end latency; null if unknown. Only of /api/lanes, with Prometheus.' }),
  errors: z.object({ store: z.string().optional(), broker: z.string().optional() }),
});

/** Response of `GET /api/account`. */
export const comparisonSchema = z.object({
  agree: z.boolean(),
  differences: z.array(z.object({ country: z.string(), byLane: z.record(z.string(), count) })),
  totals: z.record(z.string(), count.nullable()),
  accepted: z.object({
    byCountry: perCountry.optional(),
    total: count.optional(),
    note: z.string().meta({ description: 'Limits of this figure, or why it is absent.' }),
  }),
  lanes: z.array(laneReportSchema),
});

/** RFC 9457. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), reason: z.string() })).optional(),
});
