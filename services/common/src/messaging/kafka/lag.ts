import type { Backlog } from '../ports.ts';
import type { LogBounds } from './log-position.ts';
import { sourceOf } from './source.ts';

/** Computes how far the store's positions are behind the log, and what is parked. What retention deleted does not count. */
export function lagOf(
  topic: string,
  log: ReadonlyMap<number, LogBounds>,
  deadLetterLog: ReadonlyMap<number, LogBounds>,
  positions: ReadonlyMap<string, number | null>,
  consumers: number | null,
): Backlog {
  const bySource: Record<string, number> = {};
  let messages = 0;
  for (const [partition, { low, high }] of log) {
    const source = sourceOf(topic, partition);
    const lag = Math.max(0, high - Math.max(positions.get(source) ?? 0, low));
    bySource[source] = lag;
    messages += lag;
  }
  let deadLetters = 0;
  for (const { low, high } of deadLetterLog.values()) deadLetters += high - low;
  return {
    messages,
    covers: 'waiting and in hand',
    waiting: null,
    inHand: null,
    bySource,
    deadLetters,
    consumers,
  };
}
