import { durationText } from './counts.ts';
import { html, type Markup } from './html.ts';

/** Who answered, and how fast. */
export interface AnswerFacts {
  readonly answeredBy: string;
  /** Time from the question to the answer, ms. */
  readonly tookMs: number;
  readonly version: number;
}

/** The line that says who answered. */
export function renderFacts({ answeredBy, tookMs, version }: AnswerFacts): Markup {
  return html`Answered by <b>${answeredBy}</b> in ${durationText(tookMs)}, version ${version}`;
}
