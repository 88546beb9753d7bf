/** Way from a page to the root, which may be below a path of an ingress: `./`, `../`, or in a browser the path itself. */
export type Root = string;

/** What a search page is asked for, as its URL has it. */
export interface SearchQuery {
  readonly q: string;
  /** Empty: any year. */
  readonly year: string;
}

/** Link to a search; to the root where nothing is asked for. */
export function searchHref(root: Root, { q, year }: SearchQuery): string {
  const query = new URLSearchParams({ ...(q !== '' && { q }), ...(year !== '' && { year }) }).toString();
  return query === '' ? root : `${root}?${query}`;
}

/** Link to a film's page. */
export function filmHref(root: Root, id: string): string {
  return `${root}film/${encodeURIComponent(id)}`;
}

/** Link to a director's page. */
export function directorHref(root: Root, id: string): string {
  return `${root}director/${encodeURIComponent(id)}`;
}

/** Link to the next page of a list: the same list, with the cursor and the version of the API's `next`. */
export function nextHref(list: string, next: string): string {
  const { searchParams } = new URL(next, 'http://localhost');
  const place = ['cursor', 'at'].flatMap((name) => {
    const value = searchParams.get(name);
    return value === null ? [] : [[name, value] as [string, string]];
  });
  return `${list}${list.includes('?') ? '&' : '?'}${new URLSearchParams(place)}`;
}

/** Query of a URL with its question mark: as a link, the same page again. */
export function queryOf(url: string): string {
  const place = url.indexOf('?');
  return place < 0 ? '' : url.slice(place);
}
