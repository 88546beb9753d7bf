import { html, type Markup } from './html.ts';
import { type Root, type SearchQuery, searchHref } from './links.ts';

/** Why something could not be shown. */
export interface Failure {
  readonly title: string;
  readonly detail: string;
  /** What can be done: a link, and what it is called. */
  readonly remedy: { readonly href: string; readonly text: string };
}

/** Says what failed, and offers the remedy. */
export function renderFailure({ title, detail, remedy }: Failure): Markup {
  return html`<section class="message is-failure" role="alert"><h2>${title}</h2><p>${detail}</p>
<p><a class="button" id="remedy" href="${remedy.href}">${remedy.text}</a></p></section>`;
}

/** What is known of a refusal, on the server as in a browser. */
export interface Refusal {
  /** HTTP status; 0: no answer came. */
  readonly status: number;
  /** How to fix the request, as the API says it. */
  readonly detail: string;
}

/** Puts a refusal into words. @param href what was asked, to ask it again */
export function failureOf(
  root: Root,
  { status, detail }: Refusal,
  query: SearchQuery,
  href: string,
): Failure {
  const again = { href, text: 'Try again' };
  switch (status) {
    case 0:
      return {
        title: 'No answer',
        detail: 'The connection was lost, or the answer took too long.',
        remedy: again,
      };
    case 400:
      return { title: 'This cannot be searched for', detail, remedy: { href: root, text: 'Start again' } };
    case 404:
      return { title: 'Not found', detail, remedy: { href: root, text: 'Search for films' } };
    case 410:
      return {
        title: 'These films were replaced',
        detail: 'A newer version of the films was published since this search began.',
        remedy: { href: searchHref(root, query), text: 'Search again' },
      };
    case 429:
      return { title: 'Too many searches', detail, remedy: again };
    case 503:
      return { title: 'Busy just now', detail: 'No server answered in time. This passes.', remedy: again };
    default:
      return { title: 'Something failed', detail, remedy: again };
  }
}
