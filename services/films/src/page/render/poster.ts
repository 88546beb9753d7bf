import type { FilmEntry } from '../../search/results.ts';
import { html, type Markup } from './html.ts';
import { motifOf } from './motifs.ts';
import { randomOf } from './random.ts';

/** The decades that have colours of their own. */
const FIRST_DECADE = 1940;
const LAST_DECADE = 2010;
/** Colours of each decade, of which a film has one. */
const VARIANTS = 4;

/** Class with the colours of a poster: those of its film's decade. */
export function coloursOf({ id, year }: Pick<FilmEntry, 'id' | 'year'>): string {
  const variant = 'abcd'[randomOf(id).below(VARIANTS)] ?? 'a';
  if (year === null) return `of-none-${variant}`;
  const decade = Math.min(Math.max(Math.floor(year / 10) * 10, FIRST_DECADE), LAST_DECADE);
  return `of-${decade}-${variant}`;
}

/** Picture of a poster, drawn from id and genres: always the same for a film. It says nothing that its words do not. */
export function pictureOf({ id, genres }: Pick<FilmEntry, 'id' | 'genres'>): Markup {
  const random = randomOf(`${id} picture`);
  const motif = motifOf(genres, random);
  return html`<svg class="picture" viewBox="0 0 120 90" preserveAspectRatio="xMidYMid slice" aria-hidden="true" focusable="false">${motif(random)}</svg>`;
}

/** Largest and smallest type, hundredths of the poster's width. */
const LARGEST = 22;
const SMALLEST = 8;
/** What a letter needs of its height, in width: about, by its kind. */
const LETTER_WIDTH = 0.495;
const NARROW = /[ijlftI1.,:;'’!|()]/g;
const NARROW_LETTERS = 0.62;
const WIDE = /[mwMWOQGH@%&—]/g;
const WIDE_LETTERS = 1.45;
/** Width of a line, hundredths. */
const MEASURE = 86;
/** Size of a title of one letter that would fill its part of the poster, lines that end early included. */
const FILLING = 89;

/** Class with the size of a title: as large as its longest word and the place for all of it allow. */
export function sizeOf(title: string): string {
  const widest = Math.max(...title.split(/[\s–-]+/).map(widthOf));
  const byWord = MEASURE / (LETTER_WIDTH * widest);
  const byPlace = FILLING / Math.sqrt(title.length);
  return `size-${Math.round(Math.min(LARGEST, Math.max(SMALLEST, Math.min(byWord, byPlace))))}`;
}

/** Width of a word, in usual letters. */
function widthOf(word: string): number {
  const [narrow, wide] = [NARROW, WIDE].map((kind) => word.match(kind)?.length ?? 0);
  return word.length + (NARROW_LETTERS - 1) * (narrow ?? 0) + (WIDE_LETTERS - 1) * (wide ?? 0);
}
