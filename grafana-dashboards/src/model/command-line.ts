import { parseArgs } from 'node:util';
import type { View } from './resolve.ts';

/** Options of both commands. */
export interface Arguments {
  readonly prometheusUrl: string;
  readonly view: View;
  /** Positional arguments. */
  readonly rest: readonly string[];
}

/** The options of {@link readArguments}, for a usage text. */
export const OPTIONS_USAGE = `  --prometheus URL   by default http://127.0.0.1:9090
  --minutes N        how far to look back (15)
  --scrape N         seconds between two scrapes (5)`;

/**
 * Reads `--prometheus`, `--minutes` and `--scrape`.
 *
 * @throws Error that names the wrong option
 */
export function readArguments(args: readonly string[], pointsPerPanel: number): Arguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      prometheus: { type: 'string', default: 'http://127.0.0.1:9090' },
      minutes: { type: 'string', default: '15' },
      scrape: { type: 'string', default: '5' },
    },
  });
  const minutes = positive('minutes', values.minutes);
  const scrapeSeconds = positive('scrape', values.scrape);
  const to = Math.floor(Date.now() / 1_000);
  return {
    prometheusUrl: values.prometheus,
    view: {
      range: { from: to - Math.round(minutes * 60), to },
      stepSeconds: Math.max(scrapeSeconds, Math.ceil((minutes * 60) / pointsPerPanel)),
      scrapeSeconds,
    },
    rest: positionals,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0)
    throw new Error(`--${name} must be a number above 0, not "${text}"`);
  return value;
}
