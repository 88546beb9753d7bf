import { PHRASES, type Phrase } from './phrases.ts';

/** A phrase that was found. */
export interface Finding {
  readonly phrase: Phrase;
  /** The line it begins on, from 1. */
  readonly line: number;
}

/** Between two words of a phrase: spaces, or a line break with the mark that begins the next line of a comment or list. */
const GAP = String.raw`(?:[^\S\n]+|[^\S\n]*\n[^\S\n]*(?:(?:\*|\/\/|#|--|>)[^\S\n]*)?)`;

const searches = PHRASES.map((phrase) => {
  const source = (phrase.pattern ?? phrase.phrase).replaceAll(/ |\\s\+/g, GAP);
  return { phrase, expression: new RegExp(`(?<![\\w-])(?:${source})(?![\\w-])`, 'gi') };
});

/** Every phrase of the list in a text, in the order of lines. */
export function findPhrases(text: string): readonly Finding[] {
  return searches
    .flatMap(({ phrase, expression }) =>
      [...text.matchAll(expression)].map(({ index }) => ({ phrase, line: lineOf(text, index) })),
    )
    .sort((a, b) => a.line - b.line);
}

function lineOf(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
