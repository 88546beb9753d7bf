import type { Light } from '../../../src/schemas.ts';
import { count as format, span, timeOfDay } from './format.ts';

/** A light as it is shown: the state of the console's light, or `unknown` if it is no longer that of now. */
export interface LightView {
  readonly state: Light['state'];
  /** One word or two. */
  readonly word: string;
  /** One line. */
  readonly line: string;
  /** What the line does not say yet. */
  readonly notes: readonly string[];
}

const WORDS: Readonly<Record<Light['state'], string>> = {
  exact: 'Exact',
  equal: 'Equal',
  'in-flight': 'In flight',
  drift: 'Drift',
  unknown: 'Cannot tell',
};
const MAX_NOTES = 4;

/**
 * A light for a person. An old colour is never shown: without a sign of the console for too long, the light is `unknown`,
 * whatever it was.
 *
 * @param silentMs how long the console has been silent for longer than it may be; undefined if it has not
 */
export function viewLight(light: Light | undefined, silentMs: number | undefined): LightView {
  if (light === undefined)
    return {
      state: 'unknown',
      word: WORDS.unknown,
      line:
        silentMs === undefined
          ? 'waiting for the first reading'
          : `the console has not answered for ${span(silentMs / 1_000)}`,
      notes: [],
    };
  if (silentMs !== undefined) {
    const { lastCertain } = light;
    const last =
      lastCertain && `last ${WORDS[lastCertain.state].toLowerCase()} at ${timeOfDay(lastCertain.at)}`;
    return {
      state: 'unknown',
      word: WORDS.unknown,
      line: `the console has not answered for ${span(silentMs / 1_000)}`,
      notes: last === undefined ? [] : [last],
    };
  }
  const { state, line, reasons, lastCertain } = light;
  if (reasons.length > 0 && reasons.every(({ kind }) => kind === 'settling')) {
    const rest = 'nothing is on its way; the lanes are compared after a moment of rest';
    return { state, word: 'Settling', line: rest, notes: [] };
  }
  const notes = reasons.map(({ text }) => text).filter((text) => !line.includes(text));
  if (state === 'in-flight' && light.etaSeconds !== undefined)
    notes.unshift(`empty in about ${span(light.etaSeconds)}`);
  if (state === 'unknown' && lastCertain !== undefined)
    notes.push(`last ${WORDS[lastCertain.state].toLowerCase()} at ${timeOfDay(lastCertain.at)}`);
  return { state, word: WORDS[state], line, notes: firstOf(notes) };
}

function firstOf(notes: readonly string[]): readonly string[] {
  if (notes.length <= MAX_NOTES) return notes;
  return [...notes.slice(0, MAX_NOTES), `… and ${notes.length - MAX_NOTES} more`];
}

/** Title of the page: the state first, since a tab shows little more. */
export function titleOf({ state, word }: LightView, light: Light | undefined): string {
  if (state === 'in-flight' && light !== undefined && light.inFlight > 0)
    return `${format(light.inFlight)} in flight · Caudal`;
  return `${word} · Caudal`;
}

/** The light as a sentence for a screen reader, without figures that change all the time. */
export function spokenLight({ state, word, line }: LightView): string {
  return state === 'in-flight' ? word : `${word}: ${line}`;
}

type Kind = Light['reasons'][number]['kind'];

/** Messages of some kinds of findings, over all lanes. */
export function countOf(light: Light, ...kinds: readonly Kind[]): number {
  return light.reasons.reduce((sum, { kind, count = 0 }) => sum + (kinds.includes(kind) ? count : 0), 0);
}
