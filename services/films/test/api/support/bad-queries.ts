import { readFilmsQuestion } from '../../../src/api/questions/questions.ts';
import { writeCursor } from '../../../src/search/cursor.ts';

/** A cursor that fits a query, and has what no cursor of the API has. */
function forgedCursor(query: string, place: { readonly id?: string; readonly corrected?: string }): string {
  const { list } = readFilmsQuestion(new URLSearchParams(query));
  return `${query}&cursor=${writeCursor(list, { matchClass: 1, popularity: 1, id: 'Q1', ...place })}`;
}

const encoded = (text: string): string => `q=${encodeURIComponent(text)}`;

/** Queries that strangers may send to `GET /films`, with the status of the answer. */
export const QUERIES: readonly (readonly [name: string, query: string, status: number])[] = [
  ['an empty text', 'q=', 200],
  ['white space', 'q=%20%09', 200],
  ['one letter', 'q=t', 200],
  ['200 letters', `q=${'a'.repeat(200)}`, 200],
  ['201 letters', `q=${'a'.repeat(201)}`, 400],
  ['200 signs that each become a word when they are folded', encoded('\u3300'.repeat(200)), 200],
  ['200 signs that each become a phrase when they are folded', encoded('\ufdfa'.repeat(200)), 200],
  ['100 words', `q=${'x+'.repeat(100)}`, 200],
  ['50 words with mistakes', `q=${'thx+'.repeat(50)}`, 200],
  ['10,000 letters', `q=${'a'.repeat(10_000)}`, 400],
  ['a percent sign', 'q=%25', 200],
  ['an underscore', 'q=_', 200],
  ['quotes and operators', encoded(`'"'' "" \` \\ \\' :* & | ! <->`), 200],
  ['signs only', encoded(`'\\'`), 200],
  ['NUL', 'q=%00', 200],
  ['half a percent sign', 'q=%', 200],
  ['what is not UTF-8', 'q=%ff%fe', 200],
  ['a lone surrogate', 'q=%ed%a0%80', 200],
  ['text from right to left', encoded('\u202eשלום עולם'), 200],
  ['emoji', encoded('🎬👩‍👩‍👧'), 200],
  ['SQL', encoded("' or 1=1; drop table films.version; --"), 200],
  ['SQL as a year', `year=${encodeURIComponent('1999 or 1=1')}`, 400],
  ['a broken cursor', 'cursor=abc', 400],
  ['an empty cursor', 'cursor=', 400],
  ['a cursor of another query', forgedCursor('q=t', {}).replace('q=t', 'q=a'), 400],
  ['a cursor with NUL in its id', forgedCursor('q=t', { id: '\0' }), 400],
  ['a cursor with NUL in its text', forgedCursor('q=t', { corrected: 'a\0' }), 400],
  ['a cursor that fits', forgedCursor('q=t', {}), 200],
  ['limit 0', 'limit=0', 400],
  ['limit 100', 'limit=100', 200],
  ['limit 101', 'limit=101', 400],
  ['limit 1e1', 'limit=1e1', 400],
  ['limit -1', 'limit=-1', 400],
  ['an empty limit', 'limit=', 400],
  ['two limits', 'limit=1&limit=2', 400],
  ['year 1799', 'year=1799', 400],
  ['year 1800', 'year=1800', 200],
  ['year 2200', 'year=2200', 200],
  ['year 2201', 'year=2201', 400],
  ['an unknown mode', 'mode=fuzzy', 400],
  ['parts of a search', 'q=a&parallel=2', 400],
  ['no part', 'q=a&mode=contains&parallel=0', 400],
  ['five parts', 'q=a&mode=contains&parallel=5', 400],
  ['parts of nothing', 'q=%00&mode=contains&parallel=4', 200],
  ['an unknown parameter', 'genre=drama', 400],
  ['a parameter of the prototype', '__proto__=1', 400],
  ['version 0', 'at=0', 400],
  ['a version that never was', 'at=2147483647', 410],
  ['a version beyond all', 'at=2147483648', 400],
];

/** Texts that parsers stumble over. */
export const NASTY: readonly string[] = [
  '\0',
  "'",
  '"',
  '\\',
  "\\'",
  '%',
  '_',
  ':*',
  '&|!()',
  '$1',
  '{}',
  '[null]',
  "'; drop table film; --",
  '\ud800',
  '\u202e',
  '\ufdfa',
  '\u3300',
  '\uffff',
  '\u{10ffff}',
  '👩‍👩‍👧',
  'e\u0301',
  'İ',
  '-1',
  '1e309',
  '٣',
];
