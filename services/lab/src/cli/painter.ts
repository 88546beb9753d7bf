import { styleText } from 'node:util';
import type { VerdictState } from '@caudal/common/account';
import { ownerOf, TERMINAL_HUES } from '@caudal/common/palette';

/** Colours text for a terminal without changing its visible width. */
export interface Painter {
  /** Colours by state: green, yellow or red. */
  verdict(state: VerdictState, text: string): string;
  /** Colours a lane's name in its hue on the dashboards and in reports. */
  lanes(text: string, names: readonly string[]): string;
}

/** Returns text unchanged. */
export const PLAIN: Painter = { verdict: (_state, text) => text, lanes: (text) => text };

const STATE_STYLE = {
  exact: 'green',
  'exact-by-counts': 'yellow',
  unproven: 'red',
  faulty: 'red',
} as const satisfies Record<VerdictState, string>;

/** Creates a painter for a stream: plain unless it is a terminal; honours `NO_COLOR` and `FORCE_COLOR`. */
export function createPainter(stream: NodeJS.WritableStream): Painter {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    styleText(style, text, { stream, validateStream: true });
  return {
    verdict: (state, text) => paint(['bold', STATE_STYLE[state]], text),
    lanes: (text, names) =>
      names.reduce((painted, name) => {
        const owner = ownerOf(name);
        return owner === 'neutral'
          ? painted
          : painted.replaceAll(name, (match) => paint(TERMINAL_HUES[owner], match));
      }, text),
  };
}
