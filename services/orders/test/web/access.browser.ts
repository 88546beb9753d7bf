import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { violationsIn } from '../../../../tools/browser/violations-in.ts';
import { buy, choose, useShopPages } from './support/use-shop-pages.ts';

const GAME = 'The Factory of the Endless Clockmaker';

describe("the shop's page, for everyone", () => {
  const open = useShopPages();

  it('can be used with the keyboard alone', async () => {
    const { page, api } = await open();
    const focused = () =>
      page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.id);
    const press = async (key: string, times = 1): Promise<void> => {
      for (let time = 0; time < times; time += 1) await page.keyboard.press(key);
    };
    const tabTo = async (name: string): Promise<void> => {
      for (let step = 0; step < 15 && (await focused()) !== name; step += 1) await press('Tab');
      assert.equal(await focused(), name);
      const outline = await page.evaluate(() => {
        const { activeElement } = document;
        return (
          activeElement && getComputedStyle(activeElement.closest('.field') ?? activeElement).outlineStyle
        );
      });
      assert.notEqual(outline, 'none', `the focus of ${name} is visible`);
    };
    await tabTo('Name of the game');
    await page.keyboard.type('clockmaker');
    await page
      .getByRole('option', { name: /clockmaker/i })
      .nth(19)
      .waitFor();
    await press('ArrowDown', 3);
    await press('ArrowUp');
    const active = await page.getByRole('combobox').getAttribute('aria-activedescendant');
    assert.equal(active, 'game-1');
    const name = await page.locator('#game-1 .game-name').innerText();
    await press('Enter');
    assert.equal(await page.locator('#buy-title').innerText(), name);
    assert.equal(await page.locator('#game-1').getAttribute('aria-selected'), 'true');
    await tabTo('email');
    await page.keyboard.type('ana@example.com');
    await press('Enter');
    await page.waitForURL(/#\/orders\//);
    api.shop.takeIn();
    await page.locator('[aria-current=step]').waitFor();
    assert.equal(api.shop.written[0]?.name, name);
  });

  it('empties the search with Escape', async () => {
    const { page } = await open();
    await page.getByRole('combobox').fill('no such game');
    await page.getByText('No game has such a name.').waitFor();
    await page.getByRole('combobox').press('Escape');
    await page.getByRole('option').first().waitFor();
    assert.equal(await page.getByRole('combobox').inputValue(), '');
  });

  it('keeps the theme that was chosen', async () => {
    const { page } = await open({}, { colorScheme: 'light' });
    const scheme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    assert.equal(await scheme(), 'light');
    await page.getByRole('button', { name: 'Theme: auto' }).click();
    await page.getByRole('button', { name: 'Theme: light' }).click();
    assert.equal(await scheme(), 'dark');
    await page.reload();
    await page.getByRole('button', { name: 'Theme: dark' }).waitFor();
    assert.equal(await scheme(), 'dark');
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [390, 820, 1_440]) {
      it(`has nothing that axe finds, ${colorScheme} and ${width} pixels wide`, async () => {
        const { page, api } = await open(
          { MAILBOX_URL: 'http://mailbox.example/' },
          { colorScheme, viewport: { width, height: 900 } },
        );
        const check = async (what: string): Promise<void> => {
          assert.deepEqual(await violationsIn(page), [], what);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.equal(wide, 0, `${what}: nothing is wider than the page`);
        };
        await choose(page, GAME, 'wrong');
        await page.getByRole('button', { name: 'Buy' }).click();
        await page.locator('#email-problem').waitFor();
        await check('a problem at a field');
        const id = await buy(page, GAME);
        await check('an order that waits');
        api.shop.takeIn();
        await page.locator('[data-estado=recibido]').waitFor();
        api.shop.mail(id, 1, { status: 'parked', attempts: 8, reason: '550 no such user' });
        await page.getByText('not delivered').waitFor();
        await check('an order');
        await page.getByRole('button', { name: 'Cancel the order' }).click();
        await page.locator('[data-estado=cancelado]').waitFor();
        await check('a cancelled order');
        await page.goto(new URL('#/orders/none', page.url()).href);
        await page.getByRole('heading', { name: 'No such order' }).waitFor();
        await check('no such order');
      });
    }
  }
});
