import { formatCount, markdownTable } from '../../../report/text-table.ts';
import type { Times } from './ask-at-rate.ts';

/** Times of one kind of question. */
export interface MeasuredGroup extends Times {
  readonly what: string;
  /** Longest p99, ms; null where none is to be kept. */
  readonly goalMs: number | null;
}

/** What was measured with a number of films. */
export interface SizeFigures {
  readonly films: number;
  readonly searches: readonly MeasuredGroup[];
  /** A heavy question by parts, alone and several at once. */
  readonly idle: readonly MeasuredGroup[];
  readonly loaded: readonly MeasuredGroup[];
  /** Whether all answers were right, as far as there is an oracle. */
  readonly isExact: boolean;
}

/** Settings of the measurement. */
export interface MeasuredRates {
  readonly rate: number;
  readonly heavyRate: number;
  readonly loadedRate: number;
}

/** Whether a kind of question kept its goal. */
export function isMet({ p99, goalMs }: MeasuredGroup): boolean {
  return goalMs === null || p99 <= goalMs;
}

/** Formats what was measured. */
export function renderMeasurement(
  sizes: readonly SizeFigures[],
  { rate, heavyRate, loadedRate }: MeasuredRates,
): string {
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  const verdict = (group: MeasuredGroup): string => {
    if (group.goalMs === null) return '–';
    return isMet(group) ? `≤ ${group.goalMs} ms` : `**> ${group.goalMs} ms**`;
  };
  return sizes
    .flatMap(({ films, searches, idle, loaded, isExact }) => [
      `## ${formatCount(films)} films`,
      '',
      isExact ? 'Every answer was right.' : '**Not every answer was right.**',
      '',
      markdownTable([
        [`search, ${rate} a second`, 'p50', 'p99', 'p99 against its goal'],
        ...searches.map((group) => [group.what, ms(group.p50), ms(group.p99), verdict(group)]),
      ]),
      '',
      markdownTable([
        ['a part of a title, which no title has', 'alone: p50', 'p99', `${loadedRate} a second: p50`, 'p99'],
        ...idle.map(({ what, p50, p99 }, place) => {
          const under = loaded[place];
          return [what, ms(p50), ms(p99), under ? ms(under.p50) : '–', under ? ms(under.p99) : '–'];
        }),
      ]),
      '',
      `Alone is ${heavyRate} a second, each done before the next one.`,
      '',
    ])
    .join('\n');
}
