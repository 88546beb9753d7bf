import type { TimeRange } from '../prometheus/client.ts';
import { clock, timeTicks } from './scale.ts';
import { escapeText, THEME } from './theme.ts';

/** A box to draw in, in pixels. */
export interface Box {
  readonly width: number;
  readonly height: number;
}

/** Where a chart's axes put times and values. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  x(time: number): number;
}

/** Leaves room for an axis of values on the left and of times below. */
export function createFrame({ width, height }: Box, { from, to }: TimeRange, left = 72): Frame {
  const right = width - 8;
  return {
    left,
    right,
    top: 8,
    bottom: height - 20,
    x: (time) => left + ((time - from) / (to - from)) * (right - left),
  };
}

/** The axis of times, with its grid lines. */
export function timeAxis(frame: Frame, { from, to }: TimeRange): string {
  const count = Math.max(2, Math.floor((frame.right - frame.left) / 90));
  return timeTicks(from, to, count)
    .map((time) => {
      const x = frame.x(time).toFixed(1);
      const isLast = frame.x(time) > frame.right - 16;
      return `<line x1="${x}" x2="${x}" y1="${frame.top}" y2="${frame.bottom}" stroke="${THEME.grid}"/>${label(Number(x), frame.bottom + 14, clock(time), isLast ? 'end' : 'middle')}`;
    })
    .join('');
}

/** A small text of an axis. */
export function label(x: number, y: number, text: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${THEME.faint}" font-size="11">${escapeText(text)}</text>`;
}

/** An SVG element of a box's size. */
export function svg({ width, height }: Box, content: string): string {
  return `<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${content}</svg>`;
}
