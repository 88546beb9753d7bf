import type { SearchQuery } from './links.ts';

/** Title of a page: its own, and the site's. */
export function siteTitle(title: string | undefined): string {
  return title === undefined ? 'Caudal films' : `${title} – Caudal films`;
}

/** Title of the page of a search; undefined where nothing is asked for. */
export function titleOf({ q, year }: SearchQuery): string | undefined {
  const words = [q.trim(), year].filter((word) => word !== '').join(', ');
  return words === '' ? undefined : words;
}
