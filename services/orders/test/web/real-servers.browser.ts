// first: it starts all programs of the shop, and a browser
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { eventually, useServers } from '@caudal/common/testing';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../../../tools/browser/launch-browser.ts';
import { type OpenPage, openPage } from '../../../../tools/browser/open-page.ts';
import { SHOP_PAGE } from '../../../../tools/page/ensure-page.ts';
import { type Stack, startStack } from '../../../lab/src/stack/stack.ts';
import { API, MAILBOX, ordersServices } from '../../../lab/src/workloads/orders/services.ts';
import { choose } from './support/use-shop-pages.ts';

const GAME = 'The Factory of the Endless Clockmaker';
const STATES = ['recibido', 'preparando', 'entregando', 'finalizado'] as const;
/** Long enough to be seen. */
const STEP_MS = 2_000;
/** Of everything, on a slow machine. */
const LIMIT_MS = 60_000;

interface Mail {
  readonly n: number;
  readonly to: readonly string[];
  readonly subject: string;
}

describe("the shop's page, of real servers", () => {
  const servers = useServers('kafka', 'postgresql');
  let directory: string;
  let stack: Stack;
  let browser: Browser;
  let opened: OpenPage;
  let page: Page;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'caudal-shop-'));
    await SHOP_PAGE.ensure((line) => process.stderr.write(`${line}\n`));
    stack = await startStack({
      addresses: servers().addresses,
      services: ordersServices({ stepMs: STEP_MS, mailboxFile: join(directory, 'mails.jsonl') }),
      stateDirectory: directory,
      onEvent: (line) => process.stderr.write(`${line}\n`),
    });
    browser = await launchBrowser();
    opened = await openPage(browser, `${stack.url(API)}/`);
    page = opened.page;
  });
  after(async () => {
    try {
      await opened?.close();
    } finally {
      await browser?.close();
      await stack?.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  });

  const mailsTo = async (address: string): Promise<readonly Mail[]> => {
    const url = new URL('/api/messages', stack.url(MAILBOX));
    url.searchParams.set('to', address);
    return ((await (await fetch(url)).json()) as { messages: readonly Mail[] }).messages;
  };

  it('sells a game, shows each of its states, and every mail is in the mailbox that it links to', async () => {
    await page.getByRole('option').first().waitFor();
    await choose(page, GAME);
    await page.getByRole('button', { name: 'Buy' }).click();
    // Each is waited for: a state that the page skipped would not come again.
    for (const estado of STATES) await page.locator(`[data-estado=${estado}]`).waitFor({ timeout: LIMIT_MS });
    for (const estado of STATES)
      await page.getByTestId(`mail-${estado}`).getByText('sent').waitFor({ timeout: LIMIT_MS });
    const durations = (await page.locator('.step').allInnerTexts()).map(
      (text) => /for ([\d.]+) s/.exec(text)?.[1],
    );
    assert.deepEqual(
      durations.map((seconds) => seconds !== undefined && Number(seconds) >= STEP_MS / 1_000),
      [true, true, true, false],
      `each state but the last lasted: ${durations.join(', ')}`,
    );
    const link = await page.getByRole('link', { name: 'Read the mails' }).getAttribute('href');
    assert.equal(new URL(link ?? '').port, new URL(stack.url(MAILBOX)).port);
    const mails = await mailsTo('ana@example.com');
    assert.equal(mails.length, STATES.length);
  });

  it('is where the mail links to', async () => {
    const [{ n } = { n: 0 }] = await mailsTo('ana@example.com');
    const mail = (await (await fetch(`${stack.url(MAILBOX)}/api/messages/${n}`)).json()) as { text: string };
    const [, hash] = /https?:\/\/[^/\s]+\/(#\/orders\/\S+)/.exec(mail.text) ?? [];
    assert.equal(hash, new URL(page.url()).hash);
  });

  it('cancels an order', async () => {
    await page.getByRole('link', { name: 'Games' }).click();
    await choose(page, GAME, 'bob@example.com');
    await page.getByRole('button', { name: 'Buy' }).click();
    await page.getByRole('button', { name: 'Cancel the order' }).click();
    await page.locator('[data-estado=cancelado]').waitFor({ timeout: LIMIT_MS });
    await page.getByTestId('mail-cancelado').getByText('sent').waitFor({ timeout: LIMIT_MS });
    await eventually(
      () => mailsTo('bob@example.com'),
      (mails) => mails.length === 2,
    );
  });

  it('says that an order does not exist only once everything accepted was taken in', async () => {
    await page.goto(new URL('#/orders/00000000-0000-4000-8000-000000000000', page.url()).href);
    await page.getByRole('heading', { name: 'No such order' }).waitFor({ timeout: LIMIT_MS });
  });
});
