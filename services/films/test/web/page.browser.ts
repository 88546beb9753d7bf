import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defineProblems, ProblemError } from '@caudal/common/http';
import { eventually } from '@caudal/common/testing';
import type { Page } from 'playwright-core';
import type { FilmQuestions } from '../../src/page/questions.ts';
import { memoryQuestions } from '../page/support/memory-questions.ts';
import { SOME_FILMS } from '../page/support/some-films.ts';
import { useFilmsPages } from './support/use-films-pages.ts';

const QUESTIONS = memoryQuestions(SOME_FILMS);
const PROBLEMS = defineProblems({ away: { status: 503, title: 'The films cannot be read now' } });

const titles = (page: Page) => page.locator('.posters .title').allInnerTexts();
const untilTitles = (page: Page, wanted: readonly string[]) =>
  eventually(
    () => titles(page),
    (shown) => JSON.stringify(shown) === JSON.stringify(wanted),
  );
const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent);
const addressOf = (page: Page) => {
  const { pathname, search } = new URL(page.url());
  return pathname + search;
};
/** Refuses as many questions for films as `count` says, then answers. */
function failing(count: number): FilmQuestions {
  let left = count;
  return {
    ...QUESTIONS,
    searchFilms: async (query) => {
      left -= 1;
      if (left >= 0)
        throw new ProblemError(PROBLEMS.away, 'No server answered in time.', { retryAfterSeconds: 1 });
      return QUESTIONS.searchFilms(query);
    },
  };
}

describe("the films' page", () => {
  const open = useFilmsPages();

  it('finds films while their titles are typed, and marks what was typed', async () => {
    const page = await open(QUESTIONS);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.locator('#q').pressSequentially('GODF', { delay: 1 });
    await untilTitles(page, ['The Godfather', 'The Godfather Part II']);
    assert.deepEqual(await page.locator('.posters mark').allInnerTexts(), ['Godf', 'Godf']);
    assert.equal(await page.getByRole('status').innerText(), '2 films');
    assert.equal(addressOf(page), '/?q=GODF');
    assert.equal(await page.title(), 'GODF – Caudal films');
    assert.match(
      await page.locator('#facts').innerText(),
      /^Answered by replica-2 in [\d.]+ m?s, version 3$/,
    );
    assert.equal(await focused(page), 'q');
    const searches = asked.filter((path) => path === '/films').length;
    assert.ok(searches < 4, `a pause in typing is waited for, not each key: ${searches}`);
  });

  it('shows the same from the server alone as its script does', async () => {
    const page = await open(QUESTIONS);
    const results = page.locator('#results');
    for (const [q, year] of [
      ['dragon', ''],
      ['dragon 1', '1981'],
      ['amelie', ''],
      ['drogon', ''],
      ['coppola', ''],
      ['tags', ''],
      ['no such film', '1999'],
      ['', '1972'],
    ] as const) {
      await page.locator('#q').fill(q);
      await page.locator('#year').fill(year);
      const answered = page.waitForResponse(`**/films?*`);
      await page.locator('#q').press('Enter');
      await answered;
      await eventually(
        async () => (await results.getAttribute('aria-busy')) === null && addressOf(page),
        (address) => address === `/?${new URLSearchParams({ ...(q && { q }), ...(year && { year }) })}`,
      );
      const links = (html: string) =>
        html
          .replaceAll(/href="(?:\.\/|\/)/g, 'href="')
          .replaceAll(/\s+/g, ' ')
          .trim();
      await eventually(
        async () => {
          const served = await (await page.context().request.get(page.url())).text();
          const [, fromServer = ''] =
            /<div id="results" class="results">([\s\S]*?)<\/div>\s*<\/main>/.exec(served) ?? [];
          const shown = await page.evaluate((html) => {
            const holder = document.createElement('div');
            holder.innerHTML = html;
            return [document.querySelector('#results')?.innerHTML ?? '', holder.innerHTML];
          }, fromServer);
          return shown.map(links);
        },
        ([byScript, byServer]) => byScript !== '' && byScript === byServer,
      );
    }
  });

  it('shows films of the last text, also if an earlier one is answered later', async () => {
    const page = await open(QUESTIONS);
    const held = Promise.withResolvers<void>();
    const isSlow = (request: { url(): string }) => request.url().includes('/films?q=dragon');
    await page.route('**/films?q=dragon*', async (route) => {
      await held.promise;
      await route.continue().catch(() => undefined);
    });
    const begun = page.waitForRequest(isSlow);
    const ended = Promise.race([
      page.waitForEvent('requestfinished', isSlow),
      page.waitForEvent('requestfailed', isSlow),
    ]);
    await page.locator('#q').fill('dragon');
    await begun;
    await page.locator('#q').fill('Amelie');
    await untilTitles(page, ['Amélie']);
    held.resolve();
    await ended;
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
    assert.deepEqual(await titles(page), ['Amélie']);
    assert.equal(addressOf(page), '/?q=Amelie');
  });

  it('goes back to the search before, and forward again, with what was typed', async () => {
    const page = await open(QUESTIONS, '/?q=amelie');
    await page.locator('#q').fill('godz');
    await untilTitles(page, ['Godzilla']);
    await page.locator('#q').fill('godzi');
    await eventually(
      () => addressOf(page),
      (address) => address === '/?q=godzi',
    );
    await page.goBack();
    await untilTitles(page, ['Amélie']);
    assert.equal(await page.locator('#q').inputValue(), 'amelie');
    await page.goForward();
    await untilTitles(page, ['Godzilla']);
    assert.equal(await page.locator('#q').inputValue(), 'godzi');
    await page.getByRole('link', { name: 'Gareth Edwards' }).click();
    await page.getByRole('heading', { name: 'Gareth Edwards' }).waitFor();
    await page.goBack();
    await untilTitles(page, ['Godzilla']);
    assert.equal(await page.locator('#q').inputValue(), 'godzi');
  });

  it('limits films to a year, once it has four digits', async () => {
    const page = await open(QUESTIONS, '/?q=dragon');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.locator('#year').pressSequentially('1981', { delay: 30 });
    await eventually(
      () => page.locator('.posters .year').allInnerTexts(),
      (years) => years.length === 15 && years.every((year) => year === '1981'),
    );
    assert.ok(!asked.some((url) => /year=\d{1,3}(&|$)/.test(url)));
    assert.equal(addressOf(page), '/?q=dragon&year=1981');
    await page.locator('#year').fill('1700');
    await page.getByRole('alert').getByText('year must be a whole number from 1800 to 2200').waitFor();
  });

  it('says for what else it searched where a word has a mistake', async () => {
    const page = await open(QUESTIONS);
    await page.locator('#q').fill('godfahter');
    await page.getByText('No film has these words; showing results for “godfather”.').waitFor();
    await untilTitles(page, ['The Godfather', 'The Godfather Part II']);
    assert.deepEqual(await page.locator('.posters mark').allInnerTexts(), ['Godfather', 'Godfather']);
    assert.equal(await page.getByRole('status').innerText(), '2 films for “godfather”');
    assert.equal(await page.locator('#q').inputValue(), 'godfahter');
  });

  it('finds directors by name beside films', async () => {
    const page = await open(QUESTIONS);
    await page.locator('#q').fill('coppola');
    await page.locator('.person').click();
    await page.getByRole('heading', { name: 'Francis Ford Coppola', level: 1 }).waitFor();
    assert.deepEqual(await titles(page), ['The Godfather', 'The Godfather Part II']);
    assert.match(await page.locator('main').innerText(), /2 films, 1972–1974/);
  });

  it('says that nothing was found, and searches all years on demand', async () => {
    const page = await open(QUESTIONS);
    await page.locator('#year').fill('1999');
    await page.locator('#q').fill('godfather');
    await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
    assert.equal(await page.getByRole('status').innerText(), 'No films');
    await page.getByRole('link', { name: 'Search all years' }).click();
    await untilTitles(page, ['The Godfather', 'The Godfather Part II']);
    assert.equal(await page.locator('#year').inputValue(), '');
    assert.equal(await focused(page), 'q', 'the link that had the focus is gone');
  });

  it('adds the next films of the same version, and keeps the focus in them', async () => {
    const page = await open(QUESTIONS, '/?q=dragon');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    for (const count of [40, 45]) {
      await page.getByRole('link', { name: 'More films' }).press('Enter');
      await eventually(
        () => page.locator('.posters .title').count(),
        (shown) => shown === count,
      );
      assert.equal(await focused(page), count === 40 ? 'Dragon 21' : 'Dragon 41');
    }
    assert.deepEqual(
      await titles(page),
      Array.from({ length: 45 }, (_, place) => `Dragon ${place + 1}`),
    );
    assert.equal(await page.getByRole('link', { name: 'More films' }).count(), 0);
    const searches = asked.filter((url) => url.includes('/films?'));
    assert.ok(searches.length === 2 && searches.every((url) => url.includes('at=3')), searches.join(' '));
  });

  it('offers to try again where no server answered, and shows the films then', async () => {
    const page = await open(failing(2));
    await page.getByRole('heading', { name: 'Busy just now' }).waitFor();
    await page.locator('#q').fill('amelie');
    await page.locator('#remedy[href="/?q=amelie"]').waitFor();
    await page.getByRole('alert').getByText('No server answered in time').waitFor();
    assert.equal(addressOf(page), '/?q=amelie');
    await page.getByRole('link', { name: 'Try again' }).click();
    await untilTitles(page, ['Amélie']);
    assert.equal(await page.getByRole('alert').count(), 0);
    assert.equal(await focused(page), 'q');
  });

  it('says that the connection was lost, and that more films were replaced', async () => {
    const page = await open(QUESTIONS, '/?q=dragon');
    await page.route('**/films?*', (route) => route.abort());
    await page.locator('#q').fill('amelie');
    await page.getByRole('heading', { name: 'No answer' }).waitFor();
    await page.unrouteAll({ behavior: 'wait' });
    await page.getByRole('link', { name: 'Try again' }).click();
    await untilTitles(page, ['Amélie']);
    await page.locator('#q').fill('dragon');
    await page.getByRole('link', { name: 'More films' }).waitFor();
    await page.route('**/films?*', (route) => route.fulfill({ status: 410, json: { detail: 'gone' } }));
    await page.getByRole('link', { name: 'More films' }).click();
    await page.getByRole('heading', { name: 'These films were replaced' }).waitFor();
    assert.equal(await page.locator('.posters .title').count(), 20, 'what was found stays');
    await page.unrouteAll({ behavior: 'wait' });
    await page.getByRole('link', { name: 'Search again' }).click();
    await page.getByRole('heading', { name: 'These films were replaced' }).waitFor({ state: 'hidden' });
    assert.equal(addressOf(page), '/?q=dragon');
  });

  it('shows that an answer is slow', async () => {
    const page = await open(QUESTIONS);
    const held = Promise.withResolvers<void>();
    await page.route('**/films?*', async (route) => {
      await held.promise;
      await route.continue();
    });
    await page.locator('#q').fill('amelie');
    await page.locator('#results[aria-busy=true]').waitFor();
    assert.equal(await page.getByRole('status').innerText(), 'Searching');
    held.resolve();
    await untilTitles(page, ['Amélie']);
    assert.equal(await page.locator('#results[aria-busy]').count(), 0);
  });

  it('shows a film with its directors, and their other films', async () => {
    const page = await open(QUESTIONS, '/?q=godfather');
    await page.getByRole('link', { name: 'The Godfather', exact: true }).click();
    await page.getByRole('heading', { name: 'The Godfather', level: 1 }).waitFor();
    assert.equal(await page.title(), 'The Godfather (1972) – Caudal films');
    const facts = await page.locator('.facts').innerText();
    assert.match(
      facts,
      /1972[\s\S]*Crime, Drama[\s\S]*2 h 55 min[\s\S]*United States[\s\S]*153 reviews[\s\S]*IMDb and Wikidata/,
    );
    assert.deepEqual(await page.locator('.others .title').allInnerTexts(), ['The Godfather Part II']);
    await page.getByRole('link', { name: '1972' }).click();
    await untilTitles(page, ['The Godfather']);
    assert.equal(await page.locator('#year').inputValue(), '1972');
  });

  it('shows titles and names as text', async () => {
    const page = await open(QUESTIONS);
    await page.locator('#q').fill('<b>tags');
    await untilTitles(page, ['<b>Tags</b> & "Quotes"']);
    assert.equal(await page.locator('.posters b, .posters i').count(), 0);
    await page.getByRole('link', { name: /<b>Tags/ }).click();
    await page.getByRole('heading', { name: '<b>Tags</b> & "Quotes"', level: 1 }).waitFor();
    await page.getByRole('link', { name: '<i>Mallory</i>' }).first().click();
    await page.getByRole('heading', { name: '<i>Mallory</i>', level: 1 }).waitFor();
    await page.goto(new URL('/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E', page.url()).href);
    assert.equal(await page.locator('#q').inputValue(), '"><script>alert(1)</script>');
    assert.equal(await page.locator('main script').count(), 0);
  });

  it('works without its script', async () => {
    const page = await open(QUESTIONS, '/', { javaScriptEnabled: false });
    await page.locator('#q').fill('dragon');
    await page.getByRole('button', { name: 'Search' }).click();
    assert.equal(addressOf(page), '/?q=dragon&year=');
    assert.equal((await titles(page))[0], 'Dragon 1');
    await page.getByRole('link', { name: 'More films' }).click();
    assert.equal((await titles(page))[0], 'Dragon 21');
    assert.equal(await page.locator('#q').inputValue(), 'dragon');
    await page.getByRole('link', { name: 'Ann Lee' }).first().click();
    assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Ann Lee');
    await page.getByRole('link', { name: 'More films' }).click();
    await page.getByRole('link', { name: 'More films' }).click();
    assert.deepEqual(await titles(page), ['Dragon 41', 'Dragon 42', 'Dragon 43', 'Dragon 44', 'Dragon 45']);
    assert.equal(await page.locator('#theme').isVisible(), false);
  });
});
