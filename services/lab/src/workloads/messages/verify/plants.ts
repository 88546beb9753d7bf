import type { Finding, VerdictState } from '@caudal/common/account';

/** A planted message in a lane's store. */
export interface PlantedMessage {
  readonly identity: string;
  /** Country it is counted under. */
  readonly country: string;
  /** Class of weather it is counted under. */
  readonly weather: string;
  /** Number of times it is counted. */
  readonly counted: number;
  /** Whether the store remembers its identity. */
  readonly isRemembered: boolean;
}

/** Accepted messages in which faults are planted. */
export interface Ground {
  readonly messages: readonly PlantedMessage[];
  /** Messages by country. */
  readonly counts: Readonly<Record<string, number>>;
  /** Two countries with messages, the first with more of them, and a third one. */
  readonly places: readonly [many: string, few: string, third: string];
}

type Found = Omit<Finding, 'lane'>;

/** A fault and the exact report required for it. */
export interface Plant {
  readonly name: string;
  /** Contents of the store. */
  messages(ground: Ground): readonly PlantedMessage[];
  /** Difference of the store's total from the sum of its countries. */
  readonly totalOff?: number;
  /** Additional messages of unknown outcome in the load, by country. */
  unknown?(ground: Ground): Readonly<Record<string, number>>;
  /** Whether the readings are more than a day apart and identities have expired in between. */
  readonly isOld?: boolean;
  readonly state: VerdictState;
  findings(ground: Ground): readonly Found[];
  /** Findings required of `--deep`, when different. */
  deepFindings?(ground: Ground): readonly Found[];
}

const asAccepted = ({ messages }: Ground): readonly PlantedMessage[] => messages;
const nothing = (): readonly Found[] => [];
const lost = (country: string | null, count = 1): Found => ({ country, kind: 'lost', count });
const doubled = (country: string | null, count = 1): Found => ({ country, kind: 'doubled', count });
const moved = (country: string, countedAs: string, count = 1): Found => ({
  country,
  countedAs,
  kind: 'wrong-country',
  count,
});

/** The messages without the first of a country. */
function withoutOne(messages: readonly PlantedMessage[], country: string): readonly PlantedMessage[] {
  return messages.toSpliced(
    messages.findIndex((message) => message.country === country),
    1,
  );
}

/** The messages with the last of a country changed. */
function withOne(
  messages: readonly PlantedMessage[],
  country: string,
  change: Partial<PlantedMessage>,
): readonly PlantedMessage[] {
  const index = messages.findLastIndex((message) => message.country === country);
  return messages.map((message, place) => (place === index ? { ...message, ...change } : message));
}

/** No fault: must be exact. */
export const CLEAN: Plant = { name: 'no fault', messages: asAccepted, state: 'exact', findings: nothing };

/** Every kind of fault that a store can have. */
export const FAULTS: readonly Plant[] = [
  {
    name: 'a loss',
    messages: ({ messages, places: [many] }) => withoutOne(messages, many),
    state: 'faulty',
    findings: ({ places: [many] }) => [lost(many)],
  },
  {
    name: 'a double',
    messages: ({ messages, places: [, few] }) => withOne(messages, few, { counted: 2 }),
    state: 'faulty',
    findings: ({ places: [, few] }) => [doubled(few)],
  },
  {
    name: 'a wrong country',
    messages: ({ messages, places: [many, , third] }) => withOne(messages, many, { country: third }),
    state: 'faulty',
    findings: ({ places: [many, , third] }) => [moved(many, third)],
  },
  {
    name: 'a loss and a double in one country',
    messages: ({ messages, places: [many] }) => withOne(withoutOne(messages, many), many, { counted: 2 }),
    state: 'faulty',
    findings: () => [lost(null), doubled(null)],
    deepFindings: ({ places: [many] }) => [lost(many), doubled(many)],
  },
  {
    name: 'a loss in one country and a double in another',
    messages: ({ messages, places: [many, few] }) => withOne(withoutOne(messages, many), few, { counted: 2 }),
    state: 'faulty',
    findings: ({ places: [many, few] }) => [lost(many), doubled(few)],
  },
  {
    name: 'two countries swapped',
    messages: ({ messages, places: [many, few] }) =>
      messages.map((message) => {
        if (message.country === many) return { ...message, country: few };
        return message.country === few ? { ...message, country: many } : message;
      }),
    state: 'faulty',
    findings: ({ counts, places: [many, few] }) => [
      moved(many, few, (counts[many] ?? 0) - (counts[few] ?? 0)),
    ],
  },
  {
    name: 'a whole lane empty',
    messages: () => [],
    state: 'faulty',
    findings: ({ counts }) => Object.entries(counts).map(([country, count]) => lost(country, count)),
  },
  {
    name: 'a double hidden by unknown messages',
    messages: ({ messages, places: [many] }) => withOne(messages, many, { counted: 2 }),
    unknown: ({ places: [many] }) => ({ [many]: 3 }),
    state: 'faulty',
    findings: () => [doubled(null)],
    deepFindings: ({ places: [many] }) => [doubled(many)],
  },
  {
    name: 'a total that differs from its countries',
    messages: asAccepted,
    totalOff: 1,
    state: 'faulty',
    findings: () => [{ country: null, kind: 'total', count: 1 }],
  },
  {
    name: 'expired identities',
    messages: ({ messages }) => messages.map((message) => ({ ...message, isRemembered: false })),
    isOld: true,
    state: 'exact-by-counts',
    findings: nothing,
    deepFindings: ({ counts }) =>
      Object.entries(counts).flatMap(([country, count]) => [lost(country, count), doubled(country, count)]),
  },
  {
    name: 'a loss and a double after identities have expired',
    messages: ({ messages, places: [many] }) => withOne(withoutOne(messages, many), many, { counted: 2 }),
    isOld: true,
    state: 'exact-by-counts',
    findings: nothing,
    deepFindings: ({ places: [many] }) => [lost(many), doubled(many)],
  },
  {
    name: 'a loss hidden by a message from another sender',
    messages: ({ messages, places: [many] }) => [
      ...withoutOne(messages, many),
      { identity: 'of-another-sender', country: many, weather: 'other', counted: 1, isRemembered: true },
    ],
    state: 'exact',
    findings: nothing,
    deepFindings: ({ places: [many] }) => [lost(many), { country: many, kind: 'other', count: 1 }],
  },
  {
    name: 'a wrong weather',
    messages: ({ messages, places: [many] }) => withOne(messages, many, { weather: 'cold' }),
    state: 'exact',
    findings: nothing,
    deepFindings: () => [{ country: null, kind: 'wrong-weather', count: 1 }],
  },
  {
    name: 'a message counted without its identity',
    messages: ({ messages, places: [, few] }) => withOne(messages, few, { isRemembered: false }),
    state: 'faulty',
    findings: () => [lost(null), doubled(null)],
    deepFindings: ({ places: [, few] }) => [lost(few), doubled(few)],
  },
];
