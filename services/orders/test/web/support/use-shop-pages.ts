import { after, afterEach, before } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '../../../../../tools/browser/launch-browser.ts';
import { type OpenPage, openPage } from '../../../../../tools/browser/open-page.ts';
import { SHOP_PAGE } from '../../../../../tools/page/ensure-page.ts';
import { type RunningApi, runApi } from '../../api/support/run-api.ts';

/** A page, and the API that it is of: the real one, on a shop in memory. */
export interface ShopPage {
  readonly page: Page;
  readonly api: RunningApi;
}

/** Opens the page of a new shop. */
export type OpenShop = (
  environment?: Record<string, string>,
  context?: BrowserContextOptions,
) => Promise<ShopPage>;

/** Gives a suite a browser; call it once, in its `describe`. Pages and shops are closed after each test. */
export function useShopPages(): OpenShop {
  let browser: Browser;
  let directory: string;
  const apis: RunningApi[] = [];
  const pages: OpenPage[] = [];
  before(async () => {
    directory = await SHOP_PAGE.ensure((line) => process.stderr.write(`${line}\n`));
    browser = await launchBrowser();
  });
  afterEach(async () => {
    // In this order: an open page would connect again.
    try {
      for (const page of pages.splice(0)) await page.close();
    } finally {
      for (const api of apis.splice(0)) await api.stop();
    }
  });
  after(async () => browser?.close());
  return async (environment = {}, context = {}) => {
    const api = await runApi({ PAGE_DIRECTORY: directory, ...environment });
    apis.push(api);
    const opened = await openPage(browser, `${api.url}/`, context);
    pages.push(opened);
    await opened.page.getByRole('option').first().waitFor();
    return { page: opened.page, api };
  };
}

/** Chooses a game of the catalogue and fills in an address. */
export async function choose(page: Page, name: string, email = 'ana@example.com'): Promise<void> {
  await page.getByRole('combobox').fill(name);
  await page.getByRole('option', { name }).first().click();
  await page.getByLabel('Mails go to').fill(email);
}

/** Buys a game; returns the id of its order, which the page shows then. */
export async function buy(page: Page, name: string, email?: string): Promise<string> {
  await choose(page, name, email);
  await page.getByRole('button', { name: 'Buy' }).click();
  await page.waitForURL(/#\/orders\//);
  return new URL(page.url()).hash.slice('#/orders/'.length);
}
