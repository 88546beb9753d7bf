import { styleText } from 'node:util';
import type { VerdictState } from '@caudal/common/account';

/** Colours text for a terminal. What it returns is as wide as what it was given. */
export interface Painter {
  /** Green, yellow or red by the state. */
  verdict(state: VerdictState, text: string): string;
  /** Names of lanes in the hue of their broker. */
  lanes(text: string, names: readonly string[]): string;
}

/** Leaves text as it is. */
export const PLAIN: Painter = { verdict: (_state, text) => text, lanes: (text) => text };

const STATE_STYLE = {
  exact: 'green',
  'exact-by-counts': 'yellow',
  unproven: 'red',
  faulty: 'red',
} as const satisfies Record<VerdictState, string>;

/** The terminal's names for the hues that dashboards and reports give the brokers. */
const BROKER_STYLE = { rabbitmq: 'magentaBright', kafka: 'cyanBright' } as const;

/** Paints for a stream: no colour where it is no terminal or `NO_COLOR` is set, colour where `FORCE_COLOR` is. */
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
