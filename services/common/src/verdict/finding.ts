/**
 * What a verdict can find, in one vocabulary for every system: a promise `lost`, kept twice (`doubled`), kept with other
 * contents (`wrong`), before its time (`early`), `skipped` in a series or kept `out-of-order`; a read that was `stale`;
 * replicas that `diverged`; an injected fault that was `unfelt`; failures `over-budget`; a part that stayed `unused`.
 */
export const FINDING_KINDS = [
  'lost',
  'doubled',
  'wrong',
  'early',
  'skipped',
  'out-of-order',
  'stale',
  'diverged',
  'unfelt',
  'over-budget',
  'unused',
] as const;

/** One of {@link FINDING_KINDS}. */
export type FindingKind = (typeof FINDING_KINDS)[number];

/** Something that is not as promised. */
export interface Finding {
  readonly kind: FindingKind;
  /** Where it was found: a lane, a country of a lane, an order, a replica. */
  readonly subject: string;
  /** How often, at least 1. */
  readonly count: number;
  /** One line for a person. */
  readonly detail: string;
  /** Up to {@link MAX_EXAMPLES}, such as identities. */
  readonly examples: readonly string[];
}

/** More examples would hide the findings among them. */
export const MAX_EXAMPLES = 5;

/**
 * Makes a finding; keeps the first {@link MAX_EXAMPLES} examples.
 *
 * @param count default: the number of examples
 * @throws RangeError for a count that is no whole number from 1, or that is below the number of examples: a judge that
 * cannot count proves nothing
 */
export function finding(
  kind: FindingKind,
  subject: string,
  detail: string,
  { examples = [], count = examples.length }: { examples?: readonly string[]; count?: number },
): Finding {
  if (!Number.isSafeInteger(count) || count < 1 || count < examples.length) {
    throw new RangeError(`${kind}, ${subject}: a finding with ${examples.length} examples counts ${count}`);
  }
  return { kind, subject, count, detail, examples: examples.slice(0, MAX_EXAMPLES) };
}
