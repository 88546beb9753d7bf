import assert from 'node:assert/strict';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** An open page, and what went wrong in it. */
export interface OpenPage {
  readonly page: Page;
  /** Closes it. @throws AssertionError if it asked a foreign host, broke its policy, or an error was not caught */
  close(): Promise<void>;
}

/** Opens a page of a service in a context of its own, as large as a laptop's screen unless said otherwise. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1_440, height: 900 }, ...options });
  const page = await context.newPage();
  const { origin } = new URL(url);
  const problems: string[] = [];
  await context.route(
    (target) => target.origin !== origin,
    async (route) => {
      problems.push(`asked a foreign host: ${route.request().url()}`);
      await route.abort();
    },
  );
  page.on('pageerror', (error) => problems.push(`not caught: ${error.message}`));
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) problems.push(message.text());
  });
  await page.goto(url);
  return {
    page,
    async close() {
      await context.close();
      assert.deepEqual(problems, []);
    },
  };
}
