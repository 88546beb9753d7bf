import type { FilmEntry } from '../../search/results.ts';
import { html, type Markup } from './html.ts';
import { motifOf } from './motifs.ts';
import { randomOf } from './random.ts';

/** The decades that have colours of their own. */
const FIRST_DECADE = 1940;
const LAST_DECADE = 2010;
/** Colours of each decade, of which a film has one. */
const VARIANTS = 3;

/** Class with the colours of a poster: those of its film's decade. */
export function coloursOf({ id, year }: Pick<FilmEntry, 'id' | 'year'>): string {
  const variant = 'abc'[randomOf(id).below(VARIANTS)] ?? 'a';
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
const LARGEST = 19;
const SMALLEST = 8;
/** What a letter needs of its height, in width, and a poster's width that type may fill, hundredths. */
const LETTER_WIDTH = 0.5;
const MEASURE = 86;
/** Lines that a title should need at most. */
const LINES = 4;

/** Class with the size of a title: as large as its longest word and its lines allow. */
export function sizeOf(title: string): string {
  const longest = Math.max(...title.split(/[\s–-]+/).map((word) => word.length));
  const byWord = MEASURE / (LETTER_WIDTH * longest);
  const byLines = (MEASURE * LINES) / (LETTER_WIDTH * title.length * 1.25);
  return `size-${Math.round(Math.min(LARGEST, Math.max(SMALLEST, Math.min(byWord, byLines))))}`;
}
