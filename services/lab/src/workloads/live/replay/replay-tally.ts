/** What a viewer of the live tail got. */
export interface ReplayResult {
  readonly messages: number;
  /** Different identities among them. */
  readonly distinct: number;
  /** Messages that came after one with a higher offset of the same partition. */
  readonly outOfOrder: number;
  /** Offsets that the console said it cannot give. */
  readonly missed: number;
}

/** Collects the events of a stream. */
export interface ReplayTally {
  /** Adds an event, without its empty line; returns the number of messages in it, 0 or 1. */
  add(event: string): number;
  result(): ReplayResult;
}

/** Reads events of `GET /api/live`: an event without a name is a message, others are notices. */
export function createReplayTally(): ReplayTally {
  const identities = new Set<string>();
  const highest = new Map<number, number>();
  let messages = 0;
  let outOfOrder = 0;
  let missed = 0;
  return {
    add(event) {
      const fields = new Map(
        event.split('\n').map((line) => {
          const colon = line.indexOf(': ');
          return [line.slice(0, colon), line.slice(colon + 2)] as const;
        }),
      );
      const data = fields.get('data');
      if (data === undefined) return 0;
      const name = fields.get('event');
      if (name === 'missed') missed += (JSON.parse(data) as { readonly count: number }).count;
      if (name !== undefined) return 0;
      const { partition, offset, scope, sequence } = JSON.parse(data) as {
        readonly partition: number;
        readonly offset: number;
        readonly scope: string;
        readonly sequence: number;
      };
      messages += 1;
      identities.add(`${scope}:${sequence}`);
      if (offset <= (highest.get(partition) ?? -1)) outOfOrder += 1;
      highest.set(partition, offset);
      return 1;
    },
    result: () => ({ messages, distinct: identities.size, outOfOrder, missed }),
  };
}
