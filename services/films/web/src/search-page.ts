import { failureOf, renderFailure } from '../../src/page/render/failure.ts';
import { filmCards } from '../../src/page/render/film-card.ts';
import { renderFacts } from '../../src/page/render/foot.ts';
import { searchHref } from '../../src/page/render/links.ts';
import { renderMore, renderResults, soughtBy, statusOf } from '../../src/page/render/results.ts';
import { siteTitle, titleOf } from '../../src/page/render/titles.ts';
import { askFor, type Outcome } from './ask.ts';
import { startKeys } from './keys.ts';
import { createLiveSearch } from './model/live-search.ts';
import { isYear, parametersOf, queryFrom } from './model/parameters.ts';

/** Time without a key before a search, ms. */
const PAUSE_MS = 120;
/** Time after which a search is seen to be slow, ms. */
const SLOW_MS = 400;

/** The parts of the page that change. */
export interface SearchParts {
  readonly main: HTMLElement;
  readonly form: HTMLFormElement;
  readonly q: HTMLInputElement;
  readonly year: HTMLInputElement;
  readonly results: HTMLElement;
  readonly status: HTMLElement;
  readonly facts: HTMLElement;
  readonly hero: HTMLElement;
}

/** Makes the page search while a person types. Everything works without: links and the form lead to the same pages of the server. */
export function startSearch(parts: SearchParts): void {
  const { form, q, year, results, status } = parts;
  // A path, because the address of the page changes while it stays.
  const root = new URL(parts.main.dataset.root ?? './', location.href).pathname;
  let slowTimer: ReturnType<typeof setTimeout> | undefined;
  /** Whether the newest entry of the history is one to come back to; what is typed then gets a new one. */
  let isSettled = true;
  let shown = location.search;

  const search = createLiveSearch<URLSearchParams, Outcome>({
    pauseMs: PAUSE_MS,
    ask: (parameters, signal) => askFor(root, parameters, signal),
    begun(parameters) {
      remember(parameters);
      clearTimeout(slowTimer);
      slowTimer = setTimeout(() => {
        results.classList.add('is-slow');
        results.setAttribute('aria-busy', 'true');
        status.textContent = 'Searching';
      }, SLOW_MS);
    },
    ended: show,
  });

  function show(parameters: URLSearchParams, outcome: Outcome): void {
    clearTimeout(slowTimer);
    results.classList.remove('is-slow');
    results.removeAttribute('aria-busy');
    const query = queryFrom(parameters);
    const hadFocus = results.contains(document.activeElement);
    const markup =
      outcome.kind === 'found'
        ? renderResults(root, outcome.found)
        : renderFailure(failureOf(root, outcome.refusal, query, `${root}?${parameters}`));
    results.innerHTML = String(markup);
    status.textContent = outcome.kind === 'found' ? statusOf(outcome.found) : '';
    parts.facts.innerHTML = outcome.kind === 'found' ? String(renderFacts(outcome.facts)) : '';
    parts.hero.classList.toggle('is-tall', query.q === '' && query.year === '');
    document.title = siteTitle(titleOf(query));
    if (hadFocus) q.focus();
  }

  /** Puts what is asked into the address: a new entry of the history after a settled one. */
  function remember(parameters: URLSearchParams): void {
    const href = parameters.size === 0 ? root : `${root}?${parameters}`;
    if (href === location.pathname + location.search) return;
    if (isSettled) history.pushState(null, '', href);
    else history.replaceState(null, '', href);
    isSettled = false;
    shown = location.search;
  }

  const asked = (): URLSearchParams =>
    parametersOf(new URL(searchHref('/', { q: q.value, year: year.value }), location.origin).search);

  function typed(): void {
    if (isYear(year.value)) search.soon(asked());
  }

  /** Shows what an address asks for, in the fields too. */
  function goTo(parameters: URLSearchParams): void {
    ({ q: q.value, year: year.value } = queryFrom(parameters));
    void search.now(parameters);
  }

  async function showMore(link: HTMLAnchorElement): Promise<void> {
    const more = link.closest('#more');
    const films = results.querySelector('#films');
    if (more === null || films === null || more.hasAttribute('aria-busy')) return;
    more.setAttribute('aria-busy', 'true');
    const parameters = parametersOf(link.search);
    const outcome = await askFor(root, parameters, new AbortController().signal);
    // Another search was shown meanwhile.
    if (!more.isConnected) return;
    const query = queryFrom(parameters);
    if (outcome.kind === 'refused') {
      more.removeAttribute('aria-busy');
      more.innerHTML = String(renderFailure(failureOf(root, outcome.refusal, query, link.href)));
      more.querySelector<HTMLElement>('#remedy')?.focus();
      return;
    }
    const answer = outcome.found.films;
    const before = films.children.length;
    films.insertAdjacentHTML('beforeend', filmCards(root, answer.films, soughtBy(query, answer)).join(''));
    more.outerHTML = String(renderMore(root, query, answer.next));
    parts.facts.innerHTML = String(renderFacts(outcome.facts));
    status.textContent = `${films.children.length} films`;
    films.children[before]?.querySelector<HTMLElement>('.whole')?.focus();
  }

  form.addEventListener('input', typed);
  // Left, or confirmed.
  form.addEventListener('change', () => {
    isSettled = true;
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void search.now(asked());
    isSettled = true;
  });
  q.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.isComposing || q.value === '') return;
    event.preventDefault();
    q.value = '';
    typed();
  });
  results.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (link === null || !isPlain || link.pathname !== root) return;
    event.preventDefault();
    if (link.closest('#more') !== null && parametersOf(link.search).has('cursor')) {
      void showMore(link);
      return;
    }
    isSettled = true;
    goTo(parametersOf(link.search));
    isSettled = true;
  });
  addEventListener('popstate', () => {
    isSettled = true;
    // The place in the page may have changed, and nothing else.
    if (location.search === shown) return;
    shown = location.search;
    goTo(parametersOf(location.search));
  });
  startKeys(q, results);
}
