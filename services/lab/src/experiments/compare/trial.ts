/** Way of writing: the product's lane, or one awaited write a message. */
export type Way = 'lane' | 'naive';

/** One contender writing the stream once. */
export interface Trial {
  readonly contender: string;
  readonly way: Way;
  /** From 1. */
  readonly repetition: number;
  /** Messages that were sent. */
  readonly messages: number;
  /** From the first message to the reply to the last. */
  readonly seconds: number;
  readonly batches: number;
  /** What was found in the store afterwards, and how many of it are distinct. */
  readonly found: number;
  readonly distinct: number;
  readonly server: TrialUse;
  readonly client: Pick<TrialUse, 'cpuSeconds' | 'peakBytes'>;
  /** Bytes that the store keeps of these messages; NaN where it does not tell. */
  readonly keptBytes: number;
}

/** What a side of a trial used; NaN where the system does not tell. */
export interface TrialUse {
  readonly cpuSeconds: number;
  /** Largest memory. */
  readonly peakBytes: number;
  readonly writtenBytes: number;
}

/** Messages per second. */
export function rateOf({ messages, seconds }: Pick<Trial, 'messages' | 'seconds'>): number {
  return messages / seconds;
}

/** Contenders in the order of a repetition: each is first in turn, so that none always follows the same other. */
export function orderOf<Contender>(
  contenders: readonly Contender[],
  repetition: number,
): readonly Contender[] {
  const first = (repetition - 1) % contenders.length;
  const rotated = [...contenders.slice(first), ...contenders.slice(0, first)];
  return Math.floor((repetition - 1) / contenders.length) % 2 === 0 ? rotated : rotated.reverse();
}
