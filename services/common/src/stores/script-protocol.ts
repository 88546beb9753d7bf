import { weatherClass } from '../message/weather.ts';
import type { BatchPosition } from '../messaging/ports.ts';
import type { BatchPlan } from './plan-batch.ts';
import type { ApplyResult } from './ports.ts';

/** An argument of a command. */
export type ScriptArgument = string | number | Buffer;

const DAY_SECONDS = 86_400;

/** ARGV of {@link file://./apply-batch.lua}, in the order its header gives. */
export function scriptArguments(
  plan: BatchPlan,
  positions: readonly BatchPosition[],
  keyTtlSeconds: number,
): ScriptArgument[] {
  const args: ScriptArgument[] = [positions.length];
  for (const { source, expected, next, marks } of positions)
    args.push(source, expected ?? '', next, marks ?? '');
  args.push(plan.bitmaps.length);
  for (const bitmap of plan.bitmaps) args.push(bitmap.ttlSeconds, bitmap.allocateBytes);
  for (const counts of [plan.byCountry, plan.byWeather]) {
    args.push(counts.size);
    for (const [label, n] of counts) args.push(label, n);
  }
  args.push(plan.segments.length);
  for (const { bitmap, firstByte, mask } of plan.segments) args.push(bitmap + 1, firstByte, mask);
  args.push(plan.keyedFirsts.length, Math.ceil(keyTtlSeconds / DAY_SECONDS));
  for (const { bucket, formerBitmap, envelope } of plan.keyedFirsts) {
    const { key, country, weather } = envelope;
    const former = formerBitmap === undefined ? 0 : formerBitmap + 1;
    args.push(bucket + 1, former, key as string, country, weatherClass(weather));
  }
  args.push(plan.singles.length);
  for (const { bitmap, bit, envelope } of plan.singles) {
    args.push(bitmap + 1, bit, envelope.country, weatherClass(envelope.weather));
  }
  return args;
}

/** Result of a batch that was written, of whose identities these, by number, were known. */
export function appliedResult(plan: BatchPlan, known: ReadonlySet<number>): ApplyResult {
  const storedByCountry = new Map(plan.byCountry);
  let stored = plan.segmentMessages;
  [...plan.keyedFirsts, ...plan.singles].forEach(({ envelope }, index) => {
    if (known.has(index + 1)) return;
    storedByCountry.set(envelope.country, (storedByCountry.get(envelope.country) ?? 0) + 1);
    stored += 1;
  });
  return { kind: 'applied', stored, duplicates: known.size + plan.repeatedInBatch, storedByCountry };
}

/** Positions that a batch did not find where it expected them. */
export function movedPositions(reply: readonly (string | number)[]): Map<string, number | null> {
  const positions = new Map<string, number | null>();
  for (let index = 1; index < reply.length; index += 2) {
    positions.set(String(reply[index]), toOffset(String(reply[index + 1])));
  }
  return positions;
}

/** Reads a stored offset; null if there is none. */
export function toOffset(text: string | null | undefined): number | null {
  return text === null || text === undefined || text === '' ? null : Number(text);
}
