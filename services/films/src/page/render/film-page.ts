import type { DirectorEntry, FilmEntry } from '../../search/results.ts';
import type { DirectorAnswer } from '../questions.ts';
import { counted, runtimeText } from './counts.ts';
import { filmCards } from './film-card.ts';
import { html, type Markup, type Part } from './html.ts';
import { directorHref, type Root, searchHref } from './links.ts';
import { coloursOf, pictureOf, sizeOf } from './poster.ts';

/** A director of the film, with their films; undefined where these could not be read. */
export interface OtherFilms {
  readonly director: DirectorEntry;
  readonly answer: DirectorAnswer | undefined;
}

/** The page of a film: all that is known of it, and its directors' other films. */
export function filmPage(root: Root, film: FilmEntry, others: readonly OtherFilms[]): Markup {
  const { title, year, directors, genres, runtimeMinutes, countries, popularity } = film;
  return html`<main id="main" class="film-page">
<article class="film">
<div class="poster is-large ${coloursOf(film)}" aria-hidden="true"><div class="sheet">
<p class="poster-head"><span class="year">${year ?? ''}</span></p>${pictureOf(film)}
<div class="poster-words"><p class="title ${sizeOf(title)}">${title}</p><p class="by">${directors
    .slice(0, 3)
    .map(({ name }) => name)
    .join(', ')}</p></div>
</div></div>
<div class="film-words">
<h1>${title}</h1>
<p class="directed">${directors.length === 0 ? 'The director is not known.' : html`Directed by ${listed(directors.map(({ id, name }) => html`<a href="${directorHref(root, id)}">${name}</a>`))}`}</p>
<dl class="facts">
${fact('Year', year === null ? 'unknown' : html`<a href="${searchHref(root, { q: '', year: String(year) })}">${year}</a>`)}
${fact('Genres', genres.join(', '))}
${fact('Running time', runtimeMinutes === null ? undefined : runtimeText(runtimeMinutes))}
${fact(countries.length === 1 ? 'Country' : 'Countries', countries.join(', '))}
${fact('Popularity', counted(popularity, 'review'))}
${fact('Elsewhere', sourcesOf(film))}
</dl>
</div>
</article>
${others.map((other) => otherFilms(root, film, other))}
</main>`;
}

function fact(name: string, value: Part): Markup | undefined {
  return value === undefined || value === '' ? undefined : html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

/** One, two or more, as a sentence has them. */
function listed(items: readonly Markup[]): readonly Markup[] {
  return items.map((item, place) => {
    const rest = items.length - 1 - place;
    return html`${item}${rest === 0 ? '' : rest === 1 ? ' and ' : ', '}`;
  });
}

/** Links to where its id comes from. Ids of made-up films lead nowhere. */
function sourcesOf({ id, imdbId }: FilmEntry): readonly Markup[] | undefined {
  const links = [
    /^tt\d+$/.test(imdbId) ? (['IMDb', `https://www.imdb.com/title/${imdbId}/`] as const) : undefined,
    /^Q\d+$/.test(id) ? (['Wikidata', `https://www.wikidata.org/wiki/${id}`] as const) : undefined,
  ].filter((link) => link !== undefined);
  if (links.length === 0) return undefined;
  return listed(links.map(([name, href]) => html`<a href="${href}" rel="noreferrer">${name}</a>`));
}

function otherFilms(root: Root, film: FilmEntry, { director, answer }: OtherFilms): Markup | undefined {
  const title = html`<h2>More by <a href="${directorHref(root, director.id)}">${director.name}</a></h2>`;
  if (answer === undefined)
    return html`<section class="others">${title}<p class="hint">These films could not be read in time.</p></section>`;
  const films = answer.films.filter(({ id }) => id !== film.id);
  if (films.length === 0) return undefined;
  return html`<section class="others">${title}<ol class="posters is-small">${filmCards(root, films)}</ol></section>`;
}
