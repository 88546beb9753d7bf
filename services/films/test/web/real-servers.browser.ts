import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventually, useServers } from '@caudal/common/testing';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../../../tools/browser/launch-browser.ts';
import { type OpenPage, openPage } from '../../../../tools/browser/open-page.ts';
import { FILMS_PAGE } from '../../../../tools/page/ensure-page.ts';
import { importFilms } from '../../src/data/import-films.ts';
import { DEFAULT_API_ROLE } from '../../src/schema/index.ts';
import { type RunningApi, runApi } from '../api/support/run-api.ts';
import { SOME_FILMS } from '../page/support/some-films.ts';
import { type FilmsBed, openFilmsBed } from '../support/films-bed.ts';
import { sourceOf } from '../support/some-films.ts';

const servers = useServers('postgresql');

describe("the films' page, on a database", () => {
  let bed: FilmsBed;
  let api: RunningApi;
  let browser: Browser;
  let opened: OpenPage;
  let page: Page;

  before(async () => {
    const directory = await FILMS_PAGE.ensure((line) => process.stderr.write(`${line}\n`));
    bed = await openFilmsBed(servers());
    await importSomeFilms();
    api = await runApi({ POSTGRESQL_URL: bed.urls.api, PAGE_DIRECTORY: directory, CACHE_MIB: '0' });
    await eventually(
      () => api.ready(),
      (status) => status === 200,
    );
    browser = await launchBrowser();
    opened = await openPage(browser, `${api.url}/`);
    page = opened.page;
  });
  after(async () => {
    try {
      await opened?.close();
    } finally {
      await browser?.close();
      await api?.stop();
      await bed?.close();
    }
  });

  /** Imports them as the next version. */
  async function importSomeFilms(): Promise<void> {
    const client = await bed.connect('owner');
    try {
      await importFilms(client, { source: sourceOf('test', SOME_FILMS), apiRole: DEFAULT_API_ROLE });
    } finally {
      await client.end();
    }
  }

  const untilTitles = (wanted: readonly string[]) =>
    eventually(
      () => page.locator('.posters .title').allInnerTexts(),
      (shown) => JSON.stringify(shown.slice(0, wanted.length)) === JSON.stringify(wanted),
    );
  const facts = () => page.locator('#facts').innerText();

  it('finds a film while its title is typed, and says which server answered', async () => {
    await page.locator('#q').pressSequentially('godfa');
    await untilTitles(['The Godfather', 'The Godfather Part II']);
    await eventually(facts, (text) => /^Answered by primary in [\d.]+ m?s, version 1$/.test(text));
    await page.reload();
    await untilTitles(['The Godfather', 'The Godfather Part II']);
    assert.match(await facts(), /^Answered by primary in/);
  });

  it('shows the film, its director, and that there is no such film', async () => {
    await page.getByRole('link', { name: 'The Godfather', exact: true }).click();
    await page.getByRole('heading', { name: 'The Godfather', level: 1 }).waitFor();
    await page.locator('.directed').getByRole('link', { name: 'Francis Ford Coppola' }).click();
    await page.getByRole('heading', { name: 'Francis Ford Coppola', level: 1 }).waitFor();
    await untilTitles(['The Godfather', 'The Godfather Part II']);
    for (const path of ['/film/none', '/film/%27', '/director/x']) {
      const response = await page.goto(`${api.url}${path}`);
      assert.equal(response?.status(), 404, path);
      await page.getByRole('heading', { name: 'Not found' }).waitFor();
    }
  });

  it('corrects a mistake, and adds the next films by the cursor of the API', async () => {
    await page.goto(`${api.url}/`);
    await page.locator('#q').fill('drogon');
    await page.getByText('No film has these words; showing results for “dragon”.').waitFor();
    await page.getByRole('link', { name: 'More films' }).click();
    await untilTitles(Array.from({ length: 40 }, (_, place) => `Dragon ${place + 1}`));
  });

  it('reads the next films of a version that was replaced, and says when it is gone', async () => {
    await page.goto(`${api.url}/?q=dragon`);
    await importSomeFilms();
    await page.getByRole('link', { name: 'More films' }).click();
    await untilTitles(Array.from({ length: 40 }, (_, place) => `Dragon ${place + 1}`));
    await eventually(facts, (text) => text.endsWith('version 1'));
    await importSomeFilms();
    await eventually(
      async () => (await api.get('/films?at=1')).status,
      (status) => status === 410,
    );
    await page.getByRole('link', { name: 'More films' }).click();
    await page.getByRole('heading', { name: 'These films were replaced' }).waitFor();
    await page.getByRole('link', { name: 'Search again' }).click();
    await eventually(facts, (text) => text.endsWith('version 3'));
  });

  it('names a bad field on the page', async () => {
    for (const query of ['?year=19', `?q=${'x'.repeat(201)}`, '?q=dragon&cursor=x', '?q=a&q=b']) {
      const response = await page.goto(`${api.url}/${query}`);
      assert.equal(response?.status(), 400, query);
      await page.getByRole('alert').getByText(/must/).waitFor();
    }
  });
});
