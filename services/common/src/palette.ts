import type { BrokerName } from './messaging/brokers.ts';
import type { StoreName } from './stores/store-kinds.ts';

/**
 * One meaning per colour in all of Caudal's charts: the hue is the owner (lane, ingest), the shade the quantile or part,
 * and green, amber and red are reserved for state. Rose and sky are from the colour-blind-safe palette of Okabe and Ito; the
 * others differ from them, for colour-blind eyes too, in blue against yellow or in lightness.
 */

/** A hue from its lightest to its darkest shade. */
export interface Hue {
  readonly light: string;
  readonly mid: string;
  readonly dark: string;
}

/** Owner of a figure: a lane, by its store, or none of them (ingest, console, the machine). */
export type Owner = StoreName | 'neutral';

/** Hue by owner. */
export const HUES: Readonly<Record<Owner, Hue>> = {
  valkey: { light: '#E6BCD3', mid: '#CC79A7', dark: '#A04C7B' },
  redis: { light: '#A9DAF6', mid: '#56B4E9', dark: '#1F86C0' },
  postgresql: { light: '#BDB7F2', mid: '#7D72E3', dark: '#5548BD' },
  ignite: { light: '#E0CF97', mid: '#C0A04A', dark: '#8A6F24' },
  neutral: { light: '#CCCCDC', mid: '#9C9CAE', dark: '#74748A' },
};

/** Terminal colours closest to the hues of {@link HUES}, as `styleText` of node:util names them. */
export const TERMINAL_HUES = {
  valkey: 'magentaBright',
  redis: 'cyanBright',
  postgresql: 'blueBright',
  // Its own would be yellow, which is a state.
  ignite: 'whiteBright',
} as const satisfies Readonly<Record<StoreName, string>>;

/** Grafana's name of the text's own colour, which is the neutral hue on a dark page and readable on a light one. */
export const NEUTRAL = 'text';

/** State colours: good, needs attention, bad. Grafana's names, which adapt to its theme. */
export const STATES = { good: 'green', attention: 'orange', bad: 'red' } as const;

/** Colour of event marks, which are neither good nor bad. */
export const MARK = '#8E8E9C';

/** The store that a broker's own figures go with: that of its default lane. */
const HOME: Readonly<Record<BrokerName, StoreName>> = { rabbitmq: 'valkey', kafka: 'redis' };

/** The broker whose lanes have the plain hue of a store; lanes of other brokers have its dark shade. */
const USUAL_BROKER: Readonly<Record<StoreName, BrokerName>> = {
  valkey: 'rabbitmq',
  redis: 'kafka',
  postgresql: 'kafka',
  ignite: 'kafka',
};

/** Hue of a lane: that of its store, darker where its broker is not the usual one. */
export function hueOfLane(broker: BrokerName, store: StoreName): Hue {
  const hue = HUES[store];
  return USUAL_BROKER[store] === broker ? hue : { light: hue.mid, mid: hue.dark, dark: hue.dark };
}

const STORES = Object.keys(USUAL_BROKER) as readonly StoreName[];
const BROKERS = Object.keys(HOME) as readonly BrokerName[];

/**
 * Names of series that belong to a lane, by its store: the start of a regular expression, which looks ahead and takes nothing.
 * The store decides; a broker alone goes with the store of its default lane.
 */
export const OWNER_PATTERNS: Readonly<Record<StoreName, string>> = eachStore((store) => {
  const brokers = BROKERS.filter((broker) => HOME[broker] === store).join('|');
  const others = STORES.filter((other) => other !== store).join('|');
  return brokers === '' ? `^(?=.*${store})` : `^(?=.*${store}|(?!.*(?:${others})).*(?:${brokers}))`;
});

/** Names of series of a store's lanes from another broker than the usual one. */
export const CROSSED_PATTERNS: Readonly<Record<StoreName, string>> = eachStore((store) => {
  const brokers = BROKERS.filter((broker) => broker !== USUAL_BROKER[store]).join('|');
  return `^(?=.*${store})(?=.*(?:${brokers}))`;
});

/** Returns the owner of a series by its name. */
export function ownerOf(name: string): Owner {
  for (const store of STORES) {
    if (new RegExp(OWNER_PATTERNS[store], 'i').test(name)) return store;
  }
  return 'neutral';
}

function eachStore<T>(describe: (store: StoreName) => T): Readonly<Record<StoreName, T>> {
  return Object.fromEntries(STORES.map((store) => [store, describe(store)])) as Record<StoreName, T>;
}
