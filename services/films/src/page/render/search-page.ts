import { html, type Markup } from './html.ts';
import type { Root, SearchQuery } from './links.ts';

/** Longest query that the API takes, in code points; a field counts code units, of which there are at least as many. */
const MAX_QUERY_LENGTH = 200;

/** The page of a search: its head with the fields, and what was found. */
export function searchPage(root: Root, query: SearchQuery, results: Markup): Markup {
  const isBrowsing = query.q === '' && query.year === '';
  return html`<main id="main" class="search-page" data-root="${root}">
<div class="hero${isBrowsing ? ' is-tall' : ''}" id="hero">
<h1>Who directed it?</h1>
<form class="search" id="search" action="${root}" role="search">
<div class="field grows"><label for="q">Title of a film, or a name</label>
<input id="q" name="q" type="search" value="${query.q}" maxlength="${MAX_QUERY_LENGTH}" autocomplete="off" autocapitalize="off" spellcheck="false" placeholder="A title, a word of it, or a director" aria-describedby="keys"></div>
<div class="field"><label for="year">Year</label>
<input id="year" name="year" value="${query.year}" inputmode="numeric" pattern="[0-9]{4}" maxlength="4" title="four digits, such as 1972" autocomplete="off" placeholder="any"></div>
<button class="button is-main">Search</button>
</form>
<p class="keys" id="keys">Results come while you type. <kbd>↓</kbd> goes to them, <kbd>Esc</kbd> comes back.</p>
</div>
<p class="unseen" role="status" id="status"></p>
<div id="results" class="results">${results}</div>
</main>`;
}
