import { fold, tokensOf } from '../../search/fold.ts';
import { html, type Markup } from './html.ts';

/** A letter of a folded title, and where it came from. */
interface Letter {
  readonly folded: string;
  /** Place in the title, in code units. */
  readonly start: number;
  readonly end: number;
}

/** Marks in a title what a search for a query matched: its beginning, or words. */
export function markTitle(title: string, query: string): Markup {
  const letters = foldLetters(title);
  const folded = letters.map((letter) => letter.folded).join('');
  const sought = fold(query);
  const matches = sought === '' ? [] : matchesIn(folded, sought);
  const parts: Markup[] = [];
  let shown = 0;
  for (const [from, to] of matches) {
    const [start, end] = [letters[from]?.start ?? shown, letters[to - 1]?.end ?? shown];
    parts.push(html`${title.slice(shown, start)}<mark>${title.slice(start, end)}</mark>`);
    shown = end;
  }
  return html`${parts}${title.slice(shown)}`;
}

/** Places in the folded title, in order: where each begins, and ends. */
function matchesIn(folded: string, sought: string): readonly (readonly [number, number])[] {
  if (folded.startsWith(sought)) return [[0, sought.length]];
  const tokens = tokensOf(sought);
  const last = tokens.at(-1) ?? sought;
  return Array.from(folded.matchAll(/[^ ]+/g), ({ 0: word, index }) => {
    const length = tokens.includes(word) ? word.length : word.startsWith(last) ? last.length : 0;
    return [index, index + length] as const;
  }).filter(([from, to]) => to > from);
}

/** Folds a title letter by letter: one entry for each code unit of the folded title. */
function foldLetters(title: string): readonly Letter[] {
  const letters: Letter[] = [];
  let start = 0;
  for (const character of title) {
    const end = start + character.length;
    const folded = foldCharacter(character);
    const before = letters.at(-1);
    if (folded === '' && /\p{M}/u.test(character) && before?.end === start)
      letters[letters.length - 1] = { ...before, end };
    if (folded !== ' ' || (before !== undefined && before.folded !== ' '))
      for (const unit of folded.split('')) letters.push({ folded: unit, start, end });
    start = end;
  }
  return letters;
}

/** What a character becomes between two others: letters, a space, or nothing. */
function foldCharacter(character: string): string {
  if (/[a-z0-9]/.test(character)) return character;
  return fold(`x${character}x`).slice(1, -1);
}
