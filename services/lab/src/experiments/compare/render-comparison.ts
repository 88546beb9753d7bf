import { median } from '../../bench/pairs.ts';
import { formatCount, markdownTable } from '../../report/text-table.ts';
import { type Estimate, estimateMedian } from '../statistics.ts';
import { type ComparisonVerdict, ratesOf } from './judge-trials.ts';
import type { Trial } from './trial.ts';

/** A contender in the tables. */
export interface Contestant {
  readonly name: string;
  readonly title: string;
  /** What is counted in it: `rows`. */
  readonly counts: string;
  /** Figures of the system that this one descends from, such as `4:17, 194/s`. */
  readonly seed?: string;
  /** What one awaited write is: `insert, committed on its own`. */
  readonly naive: string;
}

const MIB = 2 ** 20;

/** Writes tables, verdicts and the settings card of a comparison. */
export function renderComparison(
  trials: readonly Trial[],
  verdict: ComparisonVerdict,
  contestants: readonly Contestant[],
  card: readonly (readonly [name: string, value: string])[],
): string {
  const titleOf = (name: string): string => contestants.find((one) => one.name === name)?.title ?? name;
  const sections = [
    verdict.wrong.length === 0
      ? '**Everything that was sent is in every store, once.**'
      : [
          '**NOT everything that was sent is there, once:**',
          '',
          ...verdict.wrong.map((line) => `- ${line}`),
        ].join('\n'),
    markdownTable([
      [
        'store',
        'time',
        'messages/s: median (range)',
        'CPU-seconds: server + consumer',
        'peak memory: server + consumer',
        'written to disk',
        'kept a message',
        'found afterwards',
        'the seed',
      ],
      ...contestants.map((contestant) => rowOf(contestant, trials)),
    ]),
    verdict.comparisons
      .map(({ faster, slower, ratio, isClear }) =>
        isClear
          ? `- ${titleOf(faster)} is faster than ${titleOf(slower)}: ${times(ratio)}`
          : `- ${titleOf(faster)} and ${titleOf(slower)}: no clear difference, ${times(ratio)}`,
      )
      .join('\n'),
    ...(verdict.naive.length === 0
      ? []
      : [
          '## One awaited write a message',
          markdownTable([
            ['store', 'write', 'messages/s: median (range)', 'the lane is faster', 'goal', ''],
            ...verdict.naive.map(({ contender, ratio, goal, isMet }) => [
              titleOf(contender),
              contestants.find(({ name }) => name === contender)?.naive ?? '',
              rates(ratesOf(trials, contender, 'naive')),
              times(ratio),
              goal === undefined ? '–' : `≥ ${goal}`,
              goal === undefined ? '' : isMet ? 'met' : '**missed**',
            ]),
          ]),
        ]),
    '## Settings',
    markdownTable([['setting', 'value'], ...card]),
  ];
  return `${sections.join('\n\n')}\n`;
}

function rowOf({ name, title, counts, seed }: Contestant, trials: readonly Trial[]): string[] {
  const own = trials.filter(({ contender, way }) => contender === name && way === 'lane');
  const middle = (value: (trial: Trial) => number): number => median(own.map(value));
  const mib = (bytes: number): string => unit(bytes / MIB, 'MiB');
  const kept = middle(({ keptBytes, messages }) => keptBytes / messages);
  const [found = 0, ...others] = new Set(own.map((trial) => trial.found));
  return [
    title,
    unit(
      middle(({ seconds }) => seconds),
      's',
    ),
    rates(ratesOf(trials, name, 'lane')),
    `${figure(middle(({ server }) => server.cpuSeconds))} + ${figure(middle(({ client }) => client.cpuSeconds))}`,
    `${mib(middle(({ server }) => server.peakBytes))} + ${mib(middle(({ client }) => client.peakBytes))}`,
    mib(middle(({ server }) => server.writtenBytes)),
    unit(kept, 'bytes'),
    `${others.length === 0 ? formatCount(found) : '**differs**'} ${counts}`,
    seed ?? '–',
  ];
}

/** `12,345 (11,000–13,000)` */
function rates(values: readonly number[]): string {
  const round = (value: number): string => formatCount(Math.round(value));
  return `${round(median(values))} (${round(Math.min(...values))}–${round(Math.max(...values))})`;
}

/** `1.82 times (1.70–1.95)` */
function times({ median: middle, low, high }: Estimate): string {
  return `${figure(middle)} times (${figure(low)}–${figure(high)})`;
}

function unit(value: number, name: string): string {
  return Number.isFinite(value) ? `${figure(value)} ${name}` : '–';
}

/** Three significant digits. */
function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const rounded = Number(value.toPrecision(3));
  return rounded >= 1_000 ? formatCount(rounded) : String(rounded);
}

/** The estimate of a contender's rate, for figures kept beside the tables. */
export function rateEstimates(
  trials: readonly Trial[],
  contestants: readonly Contestant[],
): Readonly<Record<string, Estimate>> {
  return Object.fromEntries(
    contestants.map(({ name }) => [name, estimateMedian(ratesOf(trials, name, 'lane'))]),
  );
}
