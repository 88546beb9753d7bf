import { styleText } from 'node:util';
import type { VerdictState } from '@caudal/common/account';

/** Colours text for a terminal without changing its visible width. */
export interface Painter {
  /** Colours by state: green, yellow or red. */
  verdict(state: VerdictState, text: string): string;
  /** Colours a lane's name in its broker's hue. */
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

/** Terminal colours closest to the brokers' hues on dashboards and reports. */
const BROKER_STYLE = { rabbitmq: 'magentaBright', kafka: 'cyanBright' } as const;

/** Creates a painter for a stream: plain unless it is a terminal; honours `NO_COLOR` and `FORCE_COLOR`. */
export function createPainter(stream: NodeJS.WritableStream): Painter {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    styleText(style, text, { stream, validateStream: true });
  return {
    verdict: (state, text) => paint(['bold', STATE_STYLE[state]], text),
    lanes: (text, names) =>
      names.reduce((painted, name) => {
        const broker = (['rabbitmq', 'kafka'] as const).find((candidate) => name.includes(candidate));
        return broker === undefined
          ? painted
          : painted.replaceAll(name, (match) => paint(BROKER_STYLE[broker], match));
      }, text),
  };
}
