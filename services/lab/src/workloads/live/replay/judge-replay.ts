import { median } from '../../../bench/pairs.ts';
import { type Estimate, estimateMedian } from '../../../experiments/statistics.ts';
import { formatCount, markdownTable } from '../../../report/text-table.ts';
import type { ReplayResult } from './replay-tally.ts';

/** One replay. */
export interface Replay extends ReplayResult {
  /** From the first byte to the last message. */
  readonly seconds: number;
  readonly console: { readonly cpuSeconds: number; readonly peakBytes: number };
  readonly viewer: { readonly cpuSeconds: number; readonly peakBytes: number };
  /** What the replay left in Kafka and in the store, which it must not touch: one line each. */
  readonly traces: readonly string[];
}

/** Everything that was measured. */
export interface ReplayTrials {
  readonly sent: number;
  readonly replays: readonly Replay[];
  /** Messages per second of a client that only parses, in the same repetitions. */
  readonly reference: readonly number[];
}

/** The result of a replay. */
export interface ReplayVerdict {
  /** What was not as promised, one line each. */
  readonly wrong: readonly string[];
  /** Messages per second. */
  readonly rate: Estimate;
  /** Share of the reference's rate. */
  readonly share: Estimate;
  readonly passed: boolean;
}

/** Least share of the rate of a client that only parses. */
export const GOAL_SHARE = 0.3;

/** Judges replays: every message once, in the order of each partition, nothing missed and nothing left behind. */
export function judgeReplay({ sent, replays, reference }: ReplayTrials): ReplayVerdict {
  const wrong = replays.flatMap(({ messages, distinct, outOfOrder, missed, traces }, index) => {
    const lines = [
      ...(messages === sent && distinct === sent
        ? []
        : [`${messages} messages, ${distinct} of them distinct, of ${sent} sent`]),
      ...(outOfOrder === 0 ? [] : [`${outOfOrder} messages out of the order of their partition`]),
      ...(missed === 0 ? [] : [`${missed} messages that the console could not give`]),
      ...traces,
    ];
    return lines.map((line) => `repetition ${index + 1}: ${line}`);
  });
  const rates = replays.map(({ seconds }) => sent / seconds);
  const share = estimateMedian(rates.map((rate, index) => rate / (reference[index] as number)));
  return {
    wrong,
    rate: estimateMedian(rates),
    share,
    passed: wrong.length === 0 && share.median >= GOAL_SHARE,
  };
}

const MIB = 2 ** 20;

/** Writes the verdict, the figures and the settings card. */
export function renderReplay(
  { sent, replays, reference }: ReplayTrials,
  { wrong, rate, share, passed }: ReplayVerdict,
  card: readonly (readonly [name: string, value: string])[],
): string {
  const whole = (value: number): string => formatCount(Math.round(value));
  const short = (value: number): string => String(Number(value.toPrecision(3)));
  const middle = (value: (replay: Replay) => number): string => short(median(replays.map(value)));
  const goal = share.median >= GOAL_SHARE ? 'met' : '**missed**';
  return `${[
    wrong.length === 0
      ? `**All ${formatCount(sent)} messages were shown once, in order, and nothing was stored.**`
      : ['**NOT as promised:**', '', ...wrong.map((line) => `- ${line}`)].join('\n'),
    markdownTable([
      ['', 'messages/s: median (interval)', 'the seed'],
      [
        'live tail, one viewer that parses',
        `${whole(rate.median)} (${whole(rate.low)}–${whole(rate.high)})`,
        '179',
      ],
      ['kafkajs eachBatch that only parses', whole(median(reference)), '–'],
    ]),
    `The live tail has ${short(share.median)} (${short(share.low)}–${short(share.high)}) of the rate of a client that only parses; goal ≥ ${GOAL_SHARE}: ${goal}${passed ? '' : ', not passed'}.`,
    markdownTable([
      ['', 'CPU-seconds', 'peak memory'],
      [
        'console',
        middle((one) => one.console.cpuSeconds),
        `${middle((one) => one.console.peakBytes / MIB)} MiB`,
      ],
      [
        'viewer',
        middle((one) => one.viewer.cpuSeconds),
        `${middle((one) => one.viewer.peakBytes / MIB)} MiB`,
      ],
    ]),
    '## Settings',
    markdownTable([['setting', 'value'], ...card]),
  ].join('\n\n')}\n`;
}
