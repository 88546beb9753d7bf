import { after, afterEach, before } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '../../../../../tools/browser/launch-browser.ts';
import { type OpenPage, openPage } from '../../../../../tools/browser/open-page.ts';
import { FILMS_PAGE } from '../../../../../tools/page/ensure-page.ts';
import type { FilmQuestions } from '../../../src/page/questions.ts';
import { type PageApp, runPage } from '../../page/support/page-app.ts';

/** Opens a path of the page of these questions. */
export type OpenFilms = (
  questions: FilmQuestions,
  path?: string,
  context?: BrowserContextOptions,
) => Promise<Page>;

/** Gives a suite a browser; call it once, in its `describe`. Pages and services are closed after each test. */
export function useFilmsPages(): OpenFilms {
  let browser: Browser;
  let directory: string;
  const apps: PageApp[] = [];
  const pages: OpenPage[] = [];
  before(async () => {
    directory = await FILMS_PAGE.ensure((line) => process.stderr.write(`${line}\n`));
    browser = await launchBrowser();
  });
  afterEach(async () => {
    try {
      for (const page of pages.splice(0)) await page.close();
    } finally {
      for (const app of apps.splice(0)) await app.stop();
    }
  });
  after(async () => browser?.close());
  return async (questions, path = '/', context = {}) => {
    const app = await runPage(questions, directory);
    apps.push(app);
    const opened = await openPage(browser, `${app.url}${path}`, context);
    pages.push(opened);
    return opened.page;
  };
}
