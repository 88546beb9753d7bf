import type { DirectorAnswer } from '../questions.ts';
import { counted } from './counts.ts';
import { filmCards } from './film-card.ts';
import { html, type Markup } from './html.ts';
import { directorHref, nextHref, type Root } from './links.ts';

/** The page of a director: their films, best known first. */
export function directorPage(root: Root, { director, films, next }: DirectorAnswer): Markup {
  const { id, name, films: count } = director;
  const more =
    next === null
      ? undefined
      : html`<p class="more"><a class="button" href="${nextHref(directorHref(root, id), next)}">More films</a></p>`;
  return html`<main id="main" class="director-page">
<header class="person-head"><p class="kicker">Director</p><h1>${name}</h1><p class="hint">${counted(count, 'film')}${yearsOf(films, count)}</p></header>
<h2 class="unseen">Films</h2>
<ol class="posters">${filmCards(root, films)}</ol>
${more}
</main>`;
}

/** From the first to the last year, if all films are here and have one. */
function yearsOf(films: DirectorAnswer['films'], count: number): string {
  const years = films.map(({ year }) => year).filter((year) => year !== null);
  if (years.length < count || count < 2) return '';
  const [first, last] = [Math.min(...years), Math.max(...years)];
  return first === last ? `, ${first}` : `, ${first}–${last}`;
}
