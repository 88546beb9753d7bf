/**
 * One colour, one meaning, wherever Caudal draws: hue says whose figure it is, shade which quantile or which part of it,
 * and green, amber and red say nothing but state. The lanes' hues are two of Okabe and Ito's, which people who see few
 * colours can also tell apart.
 */

/** A hue from its lightest to its darkest shade. */
export interface Hue {
  readonly light: string;
  readonly mid: string;
  readonly dark: string;
}

/** Whose figure: a lane, by its broker, or neither (ingest, console, the machine). */
export type Owner = 'rabbitmq' | 'kafka' | 'neutral';

/** Hue by owner. */
export const HUES: Readonly<Record<Owner, Hue>> = {
  rabbitmq: { light: '#E6BCD3', mid: '#CC79A7', dark: '#A04C7B' },
  kafka: { light: '#A9DAF6', mid: '#56B4E9', dark: '#1F86C0' },
  neutral: { light: '#CCCCDC', mid: '#9C9CAE', dark: '#74748A' },
};

/** Grafana's name of the text's own colour, which is the neutral hue on a dark page and readable on a light one. */
export const NEUTRAL = 'text';

/** State, and nothing else: good, needs a look, bad. Grafana's names, which adapt to its theme. */
export const STATES = { good: 'green', attention: 'orange', bad: 'red' } as const;

/** Marks of something that happened: it is neither good nor bad. */
export const MARK = '#8E8E9C';

/**
 * Names of series that belong to a lane: the start of a regular expression, which looks ahead and takes nothing. The broker
 * decides; a store alone belongs to the lane it is the usual end of.
 */
export const OWNER_PATTERNS: Readonly<Record<Exclude<Owner, 'neutral'>, string>> = {
  rabbitmq: '^(?=.*rabbitmq|(?!.*kafka).*valkey)',
  kafka: '^(?=.*kafka|(?!.*rabbitmq).*redis)',
};

/** Whose figure a series is, by its name. */
export function ownerOf(name: string): Owner {
  for (const owner of ['rabbitmq', 'kafka'] as const) {
    if (new RegExp(OWNER_PATTERNS[owner], 'i').test(name)) return owner;
  }
  return 'neutral';
}
