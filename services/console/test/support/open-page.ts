import assert from 'node:assert/strict';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** An open page, and what went wrong in it. */
export interface OpenPage {
  readonly page: Page;
  /** Closes it. @throws AssertionError if it asked a foreign host, broke its policy, or an error was not caught */
  close(): Promise<void>;
}

/** Opens a console's page in a context of its own, as large as a laptop's screen unless said otherwise. */
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

/** Waits until the large light is in a state; fails with the state it is in. */
export async function untilLight(page: Page, state: string, timeout = 20_000): Promise<void> {
  const light = page.getByTestId('light');
  try {
    await light.and(page.locator(`[data-state="${state}"]`)).waitFor({ timeout });
  } catch {
    assert.fail(`the light is not ${state} but: ${await light.innerText()}`);
  }
}
