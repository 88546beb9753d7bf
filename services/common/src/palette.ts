import { BROKER_NAMES, type BrokerName } from './messaging/brokers.ts';

/**
 * One meaning per colour in all of Caudal's charts: the hue is the owner (lane, ingest), the shade the quantile or part,
 * and green, amber and red are reserved for state. The lanes' hues are from the colour-blind-safe palette of Okabe and Ito.
 */

/** A hue from its lightest to its darkest shade. */
export interface Hue {
  readonly light: string;
  readonly mid: string;
  readonly dark: string;
}

/** Owner of a figure: a lane, by its broker, or neither (ingest, console, the machine). */
export type Owner = BrokerName | 'neutral';

/** Hue by owner. */
export const HUES: Readonly<Record<Owner, Hue>> = {
  rabbitmq: { light: '#E6BCD3', mid: '#CC79A7', dark: '#A04C7B' },
  kafka: { light: '#A9DAF6', mid: '#56B4E9', dark: '#1F86C0' },
  neutral: { light: '#CCCCDC', mid: '#9C9CAE', dark: '#74748A' },
};

/**
 * Hues of a broker's lanes where it has several, in their order: the first is that of {@link HUES}, the further ones stay on
 * the broker's side of the circle (RabbitMQ warm, Kafka cool).
 */
const LANE_HUES: Readonly<Record<BrokerName, readonly Hue[]>> = {
  rabbitmq: [HUES.rabbitmq, { light: '#F3C4B8', mid: '#E08D79', dark: '#A84B35' }],
  kafka: [
    HUES.kafka,
    { light: '#C3C7FF', mid: '#8F96F8', dark: '#4A50C8' },
    { light: '#A5E3DE', mid: '#3FBFB5', dark: '#0E7F78' },
  ],
};

/**
 * Hue of a lane.
 * @param index place among the lanes of its broker, from 0; further lanes than there are hues begin again
 */
export function hueOfLane(broker: BrokerName, index: number): Hue {
  const hues = LANE_HUES[broker];
  return hues[index % hues.length] ?? HUES[broker];
}

/** Terminal colours closest to the hues of {@link HUES}, as `styleText` of node:util names them. */
export const TERMINAL_HUES = { rabbitmq: 'magentaBright', kafka: 'cyanBright' } as const satisfies Readonly<
  Record<BrokerName, string>
>;

/** Grafana's name of the text's own colour, which is the neutral hue on a dark page and readable on a light one. */
export const NEUTRAL = 'text';

/** State colours: good, needs attention, bad. Grafana's names, which adapt to its theme. */
export const STATES = { good: 'green', attention: 'orange', bad: 'red' } as const;

/** Colour of event marks, which are neither good nor bad. */
export const MARK = '#8E8E9C';

/**
 * Names of series that belong to a lane: the start of a regular expression, which looks ahead and takes nothing. The broker
 * decides; a store alone belongs to the lane it is the usual end of.
 */
export const OWNER_PATTERNS: Readonly<Record<BrokerName, string>> = {
  rabbitmq: '^(?=.*rabbitmq|(?!.*kafka).*valkey)',
  kafka: '^(?=.*kafka|(?!.*rabbitmq).*redis)',
};

/** Names of series of a broker's further lane, whose store is not the one that the broker usually ends in. */
export const CROSSED_PATTERNS: Readonly<Record<BrokerName, string>> = {
  rabbitmq: '^(?=.*rabbitmq)(?=.*redis)',
  kafka: '^(?=.*kafka)(?=.*valkey)',
};

/** Returns the owner of a series by its name. */
export function ownerOf(name: string): Owner {
  for (const owner of BROKER_NAMES) {
    if (new RegExp(OWNER_PATTERNS[owner], 'i').test(name)) return owner;
  }
  return 'neutral';
}
