import type { DirectorsAnswer, FilmsAnswer } from '../questions.ts';
import { counted } from './counts.ts';
import { filmCards } from './film-card.ts';
import { html, type Markup } from './html.ts';
import { directorHref, nextHref, type Root, type SearchQuery, searchHref } from './links.ts';

/** What was found. */
export interface Found {
  readonly query: SearchQuery;
  readonly films: FilmsAnswer;
  /** Directors with such a name; undefined where they were not asked for, or not answered. */
  readonly directors: DirectorsAnswer | undefined;
  /** Whether this page is not the first. */
  readonly isContinued: boolean;
}

/** Results of a search, or the best known films where nothing is asked for. */
export function renderResults(root: Root, found: Found): Markup {
  const { query, films } = found;
  if (films.films.length === 0) return html`${peopleRow(root, found)}${nothing(root, query)}`;
  return html`${peopleRow(root, found)}${notice(films.corrected)}
<h2 class="results-title">${titleOf(found)}</h2>
<ol class="posters" id="films">${filmCards(root, films.films, soughtBy(query, films))}</ol>
${renderMore(root, query, films.next)}`;
}

/** What titles are marked by: the query that was searched for. */
export function soughtBy({ q }: SearchQuery, { corrected }: FilmsAnswer): string {
  return corrected ?? q;
}

/** Link to the next page; an empty place after the last one. */
export function renderMore(root: Root, query: SearchQuery, next: string | null): Markup {
  return html`<p class="more" id="more">${next === null ? undefined : html`<a class="button" href="${nextHref(searchHref(root, query), next)}">More films</a>`}</p>`;
}

/** One line on what was found, for people who hear the page. */
export function statusOf(found: Found): string {
  const { films } = found;
  const { length } = films.films;
  const people = shownDirectors(found)?.directors.length;
  const also = people === undefined ? '' : `, ${counted(people, 'director')}`;
  if (length === 0) return `No films${also}`;
  const instead = films.corrected === null ? '' : ` for “${films.corrected}”`;
  return `${films.next === null ? '' : 'The first '}${counted(length, 'film')}${instead}${also}`;
}

function titleOf({ query: { q, year }, isContinued }: Found): string {
  const when = year === '' ? '' : ` of ${year}`;
  if (isContinued) return `More films${when}`;
  return q.trim() === '' ? `The best known${year === '' ? '' : ` films${when}`}` : `Films${when}`;
}

function notice(corrected: string | null): Markup | undefined {
  if (corrected === null) return undefined;
  return html`<p class="notice">No film has these words; showing results for <strong>“${corrected}”</strong>.</p>`;
}

/** Directors are shown if their names have the words as they were typed, or if no title has. */
function shownDirectors({ films, directors }: Found): DirectorsAnswer | undefined {
  if (directors === undefined || directors.directors.length === 0) return undefined;
  const hasTitles = films.films.length > 0 && films.corrected === null;
  return directors.corrected !== null && hasTitles ? undefined : directors;
}

function peopleRow(root: Root, found: Found): Markup | undefined {
  const directors = shownDirectors(found);
  if (directors === undefined) return undefined;
  const title = directors.corrected === null ? 'Directors' : `Directors by the name “${directors.corrected}”`;
  const people = directors.directors.map(
    ({ id, name, films: count }) =>
      html`<li><a class="person" href="${directorHref(root, id)}">${name} <span class="count">${counted(count, 'film')}</span></a></li>`,
  );
  return html`<section class="people" aria-labelledby="people-title"><h2 id="people-title">${title}</h2><ul>${people}</ul></section>`;
}

function nothing(root: Root, { q, year }: SearchQuery): Markup {
  const what =
    q.trim() === ''
      ? html`No film of ${year} is here.`
      : html`No film${year === '' ? '' : ` of ${year}`} is called “${q.trim()}”, or nearly so.`;
  const anyYear =
    year === '' || q.trim() === ''
      ? undefined
      : html`<a class="button" href="${searchHref(root, { q, year: '' })}">Search all years</a> `;
  return html`<section class="message"><h2>Nothing found</h2><p>${what} Try fewer letters, or another word of its title.</p>
<p>${anyYear}<a class="button" href="${root}">The best known films</a></p></section>`;
}
