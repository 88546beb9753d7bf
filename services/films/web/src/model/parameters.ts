import type { SearchQuery } from '../../../src/page/render/links.ts';

const NAMES = ['q', 'year', 'cursor', 'at'];

/** What the URL of a search asks for, as the API takes it: nothing empty, nothing unknown. */
export function parametersOf(search: string): URLSearchParams {
  const given = Array.from(new URLSearchParams(search));
  return new URLSearchParams(given.filter(([name, value]) => NAMES.includes(name) && value !== ''));
}

/** What its fields show. */
export function queryFrom(parameters: URLSearchParams): SearchQuery {
  return { q: parameters.get('q') ?? '', year: parameters.get('year') ?? '' };
}

/** Whether a year can be asked for: none, or one of four digits. */
export function isYear(text: string): boolean {
  return /^(\d{4})?$/.test(text);
}
