import type { DirectorEntry, FilmEntry } from '../../search/results.ts';
import { html, type Markup } from './html.ts';
import { directorHref, filmHref, type Root } from './links.ts';
import { markTitle } from './mark-title.ts';
import { coloursOf, pictureOf, sizeOf } from './poster.ts';

/** Directors of a card; a film of many short films has forty. */
const MOST_DIRECTORS = 3;
const MOST_GENRES = 3;

/** Films as posters. @param query what they were found by, to mark it in their titles; empty: nothing is marked */
export function filmCards(root: Root, films: readonly FilmEntry[], query = ''): readonly Markup[] {
  return films.map((film) => filmCard(root, film, query));
}

function filmCard(root: Root, film: FilmEntry, query: string): Markup {
  const { id, title, year, directors, genres } = film;
  return html`<li class="poster ${coloursOf(film)}"><article>
<p class="poster-head"><span class="year">${year ?? 'year unknown'}</span></p>
${pictureOf(film)}
<div class="poster-words">
<h3 class="title ${sizeOf(title)}"><a class="whole" href="${filmHref(root, id)}">${markTitle(title, query)}</a></h3>
${directors.length === 0 ? undefined : html`<p class="by">${directorLinks(root, directors)}</p>`}
${genres.length === 0 ? undefined : html`<p class="genres">${genres.slice(0, MOST_GENRES).join(' · ')}</p>`}
</div>
</article></li>
`;
}

function directorLinks(root: Root, directors: readonly DirectorEntry[]): readonly Markup[] {
  const shown = directors.slice(0, MOST_DIRECTORS);
  const links = shown.map(({ id, name }, place) => {
    const after = place < shown.length - 1 ? ', ' : '';
    return html`<a href="${directorHref(root, id)}">${name}</a>${after}`;
  });
  const others = directors.length - shown.length;
  return others === 0 ? links : [...links, html` and ${others} more`];
}
