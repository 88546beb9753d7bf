import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '@caudal/common/testing';
import type { Page } from 'playwright-core';
import { CATALOGUE } from '../api/support/run-api.ts';
import { buy, choose, useShopPages } from './support/use-shop-pages.ts';

const GAME = 'The Factory of the Endless Clockmaker';
const STATES = [
  { number: 1, estado: 'recibido' },
  { number: 2, estado: 'preparando' },
  { number: 3, estado: 'entregando' },
  { number: 4, estado: 'finalizado' },
] as const;

const phases = (page: Page) =>
  page.locator('.step').evaluateAll((steps) => steps.map((step) => (step as HTMLElement).dataset.phase));
const untilEstado = (page: Page, estado: string) => page.locator(`[data-estado=${estado}]`).waitFor();

describe("the shop's page", () => {
  const open = useShopPages();

  it('finds games while their names are typed, and more of them on demand', async () => {
    const { page } = await open();
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.getByRole('combobox').pressSequentially('CLOCKM', { delay: 1 });
    const options = page.getByRole('option');
    await eventually(
      () => options.allInnerTexts(),
      (names) => names.length === 20 && names.every((name) => /clockm/i.test(name)),
    );
    assert.ok(requests.length < 6, `a pause in typing is waited for, not each key: ${requests.length}`);
    await page.getByRole('button', { name: 'More games' }).click();
    const { games } = CATALOGUE.search('clockm', { limit: 40 });
    await eventually(
      () => page.locator('.game-name').allInnerTexts(),
      (names) => JSON.stringify(names) === JSON.stringify(games.map(({ name }) => name)),
    );
    await page.getByRole('combobox').fill('no such game');
    await page.getByText('No game has such a name.').waitFor();
  });

  it('shows the result of the last text, also if the one before is answered later', async () => {
    const { page } = await open();
    const held = Promise.withResolvers<void>();
    const isSlow = (request: { url(): string }) => request.url().includes('/games?q=dragon');
    await page.route('**/games?q=dragon*', async (route) => {
      await held.promise;
      await route.continue().catch(() => undefined);
    });
    const begun = page.waitForRequest(isSlow);
    const ended = Promise.race([
      page.waitForEvent('requestfinished', isSlow),
      page.waitForEvent('requestfailed', isSlow),
    ]);
    await page.getByRole('combobox').fill('dragon');
    await begun;
    await page.getByRole('combobox').fill('Penguin');
    const names = () => page.getByRole('option').allInnerTexts();
    const arePenguins = (shown: readonly string[]) =>
      shown.length > 0 && shown.every((name) => /Penguin/.test(name));
    await eventually(names, arePenguins);
    held.resolve();
    await ended;
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
    assert.ok(arePenguins(await names()));
  });

  it('sells a game and shows its order as it goes through its states, with its mails', async () => {
    const { page, api } = await open({ MAILBOX_URL: 'http://mailbox.example:8083/' });
    await choose(page, GAME);
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('button', { name: 'Buy' }).click();
    await page.getByText('waits to be taken in').waitFor();
    const [written] = api.shop.written;
    assert.equal(written?.row, 87);
    assert.equal(written?.usermail, 'ana@example.com');
    assert.equal(written?.language, 'en');
    const id = written?.orderid ?? '';
    assert.equal(new URL(page.url()).hash, `#/orders/${id}`);

    api.shop.takeIn();
    for (const { number, estado } of STATES) {
      if (number > 1) api.shop.reach(id, number);
      await untilEstado(page, estado);
      await page.getByText(`The order is ${estado} (`).waitFor({ state: 'attached' });
      await page.getByTestId(`mail-${estado}`).getByText('waiting').waitFor();
      api.shop.mail(id, number, { status: 'sent', attempts: 1, sentAt: Date.now() });
      await page.getByTestId(`mail-${estado}`).getByText('sent').waitFor();
      assert.deepEqual(
        await phases(page),
        STATES.map((state) =>
          state.number > number ? 'to come' : state.number === number && number < 4 ? 'now' : 'done',
        ),
      );
    }
    const text = await page.locator('main').innerText();
    assert.match(text, /The Factory of the Endless Clockmaker\s+52\.99/);
    assert.match(text, /Order 1 · row 87 of the catalogue · mails to a\*\*\*@example\.com/);
    assert.ok(!text.includes('ana@'));
    assert.ok(!text.includes('reconnecting'), 'what has ended is not lost');
    const link = page.getByRole('link', { name: 'Read the mails' });
    assert.equal(await link.getAttribute('href'), 'http://mailbox.example:8083/');
  });

  it('shows why a mail waits, or was given up', async () => {
    const { page, api } = await open();
    const bought = buy(page, GAME);
    await eventually(
      () => api.shop.written.length,
      (orders) => orders === 1,
    );
    api.shop.takeIn();
    const id = await bought;
    api.shop.mail(id, 1, { attempts: 2, reason: '451 try later' });
    const mail = page.getByTestId('mail-recibido');
    await mail.getByText('451 try later').waitFor();
    assert.match(await mail.innerText(), /2 attempts/);
    api.shop.mail(id, 1, { status: 'parked', attempts: 3, reason: '550 no such user' });
    await mail.getByText('not delivered').waitFor();
    assert.match(await mail.innerText(), /550 no such user/);
  });

  it('cancels an order while it is recibido, and says why later', async () => {
    const { page, api } = await open();
    const first = await buy(page, GAME);
    api.shop.takeIn();
    await page.getByRole('button', { name: 'Cancel the order' }).click();
    await untilEstado(page, 'cancelado');
    assert.deepEqual(await page.locator('.step b').allInnerTexts(), ['recibido', 'cancelado']);
    assert.equal(await page.getByRole('button', { name: 'Cancel the order' }).count(), 0);
    assert.equal(api.shop.get(first).state, 5);

    await page.getByRole('link', { name: 'Games' }).click();
    const second = await buy(page, GAME);
    api.shop.takeIn();
    const cancel = page.getByRole('button', { name: 'Cancel the order' });
    await cancel.waitFor();
    // The page hears of it later than the click comes.
    await page.route('**/cancel', async (route) => {
      api.shop.reach(second, 2);
      await route.continue();
    });
    await cancel.click();
    await page
      .getByRole('alert')
      .getByText(/is preparando \(preparing\)/)
      .waitFor();
    await untilEstado(page, 'preparando');
    assert.equal(await cancel.count(), 0);
  });

  it('never goes back to an older state, whatever the order of answers', async () => {
    const { page, api } = await open();
    const id = await buy(page, GAME);
    api.shop.takeIn();
    const cancel = page.getByRole('button', { name: 'Cancel the order' });
    await cancel.waitFor();
    const old = await (await api.get(`/orders/${id}`)).text();
    const answered = page.waitForResponse('**/cancel');
    await page.route('**/cancel', async (route) => {
      api.shop.reach(id, 2);
      await untilEstado(page, 'preparando');
      await route.fulfill({ body: old, contentType: 'application/json' });
    });
    await cancel.click();
    await (await answered).finished();
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
    await untilEstado(page, 'preparando');
  });

  it('says what is wrong at the field, and orders nothing', async () => {
    const { page, api } = await open();
    const field = page.getByLabel('Mails go to');
    const problems = {
      'not an address': /blanks/,
      'ana@example.com, bob@example.com': /blanks/,
      'ana@caudal.dev': /not an address that this shop may send mail to/,
      '': /must be an address/,
    };
    await choose(page, GAME, '');
    for (const [address, reason] of Object.entries(problems)) {
      await field.fill(address);
      await page.getByRole('button', { name: 'Buy' }).click();
      await page.locator('#email-problem').getByText(reason).waitFor();
      assert.equal(await field.getAttribute('aria-invalid'), 'true');
      assert.equal(await field.getAttribute('aria-describedby'), 'email-problem');
      assert.equal(await page.getByRole('alert').count(), 1);
    }
    assert.equal(api.shop.written.length, 0);
    await field.fill('ana@example.com');
    await page.getByRole('button', { name: 'Buy' }).click();
    await page.waitForURL(/#\/orders\//);
    assert.equal(api.shop.written.length, 1);
  });

  it('repeats an order whose answer was lost under its key, also after a reload, so that it is one order', async () => {
    const { page, api } = await open();
    await page.route('**/orders', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await choose(page, GAME);
    const button = page.getByRole('button', { name: 'Buy' });
    await button.click();
    await page.getByRole('alert').getByText('it is the same order').waitFor();
    await page.unrouteAll({ behavior: 'wait' });
    await page.reload();
    await page.getByRole('option').first().waitFor();
    await choose(page, GAME);
    await button.click();
    await page.waitForURL(/#\/orders\//);
    assert.equal(new Set(api.shop.written.map(({ orderid }) => orderid)).size, 1);
    assert.equal(api.shop.written.length, 2);

    await page.getByRole('link', { name: 'Games' }).click();
    await buy(page, GAME);
    assert.equal(
      new Set(api.shop.written.map(({ orderid }) => orderid)).size,
      2,
      'the same game bought once more is another order',
    );
  });

  it('remembers the orders of this browser without addresses, and forgets them', async () => {
    const { page } = await open();
    const id = await buy(page, GAME);
    await page.goto(new URL('#/', page.url()).href);
    await page.reload();
    const orders = page.locator('.orders a');
    await orders.first().waitFor();
    assert.deepEqual(await orders.evaluateAll((links) => links.map((link) => link.getAttribute('href'))), [
      `#/orders/${id}`,
    ]);
    const stored = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]));
    assert.ok(stored.includes(id) && !stored.includes('ana@'), stored);
    await page.getByRole('button', { name: 'Forget these orders' }).click();
    await eventually(
      () => orders.count(),
      (count) => count === 0,
    );
    await page.reload();
    await page.getByText('Orders of this browser are listed here.').waitFor();
  });

  it('connects again when the stream of events ends, and misses nothing', async () => {
    const { page, api } = await open();
    const id = await buy(page, GAME);
    await page.route('**/events', (route) => route.abort());
    api.shop.takeIn();
    await page.getByText('reconnecting').waitFor();
    api.shop.reach(id, 2);
    await untilEstado(page, 'preparando');
    await page.unrouteAll({ behavior: 'wait' });
    await page.getByText('reconnecting').waitFor({ state: 'hidden' });
    api.shop.reach(id, 3);
    await untilEstado(page, 'entregando');
  });

  it('says that there is no such order, without anything of one, and asks for no odd id', async () => {
    const { page } = await open();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    for (const id of ['00000000-0000-4000-8000-000000000000', 'x', '..%2f..%2fpage.json', '%00']) {
      await page.goto(new URL(`#/orders/${id}`, page.url()).href);
      await page.getByRole('heading', { name: 'No such order' }).waitFor();
      assert.ok(!(await page.locator('main').innerText()).includes('@'));
    }
    assert.deepEqual(
      asked.filter((path) => path.startsWith('/orders')),
      ['/orders/00000000-0000-4000-8000-000000000000'],
    );
  });

  it('says when the status cannot be read, and shows it as soon as it can', async () => {
    const { page, api } = await open();
    const id = await api.accepted();
    api.shop.takeIn();
    api.shop.isDatabaseAway = true;
    await page.goto(new URL(`#/orders/${id}`, page.url()).href);
    await page
      .getByRole('alert')
      .getByText(/database of orders does not answer/)
      .waitFor();
    api.shop.isDatabaseAway = false;
    await untilEstado(page, 'recibido');
    assert.equal(await page.getByRole('alert').count(), 0);
  });

  it('shows names as text', async () => {
    const { page } = await open();
    await page.getByRole('combobox').fill('<html>');
    const option = page.getByRole('option', { name: '<html>' }).first();
    await option.click();
    assert.match(await page.locator('#buy-title').innerText(), /^<html>/);
  });
});
