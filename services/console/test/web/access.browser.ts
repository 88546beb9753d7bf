import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { violationsIn } from '../../../../tools/browser/violations-in.ts';
import type { Scale } from '../../src/schemas.ts';
import {
  CALM,
  firstLane,
  LIVE,
  liveMessages,
  secondLane,
  useScriptedPages,
  withLight,
} from '../support/scripted-pages.ts';
import { untilLight } from '../support/until-light.ts';

describe("the console's page, for everyone", () => {
  const open = useScriptedPages();
  let at = CALM.at;

  it('can be used with the keyboard alone', async () => {
    const { page } = await open({ state: LIVE });
    await page.locator('[data-mode=live]').waitFor();
    await page.keyboard.press('Space');
    await page.locator('[data-mode=paused]').waitFor();
    await page.keyboard.press('Space');
    await page.locator('[data-mode=live]').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('spain ');
    assert.equal(
      await page.getByRole('searchbox').inputValue(),
      'spain ',
      'keys of the page do not act in a field',
    );
    await page.keyboard.press('Tab');
    await page.keyboard.press('l');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'light');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    // Every control is reached, in the order of the page, with a visible focus.
    const reached = new Set<string>();
    for (let step = 0; step < 60; step += 1) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(() => {
        const { activeElement } = document;
        if (!(activeElement instanceof HTMLElement) || activeElement === document.body) return undefined;
        const { outlineStyle } = getComputedStyle(activeElement.closest('.search') ?? activeElement);
        return {
          name: activeElement.getAttribute('aria-label') ?? activeElement.innerText.trim(),
          outlineStyle,
        };
      });
      if (focused === undefined || focused.name === '') continue;
      assert.notEqual(focused.outlineStyle, 'none', `the focus of ${focused.name} is visible`);
      reached.add(focused.name.split('\n')[0] ?? '');
    }
    for (const name of ['Keys', 'p99', '15 min', 'Find a country', 'Pause', 'Newest messages'])
      assert.ok(reached.has(name), `${name} is reached; reached were ${[...reached].join(', ')}`);
  });

  it('keeps the theme that was chosen', async () => {
    const { page } = await open({}, { colorScheme: 'light' });
    const scheme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    assert.equal(await scheme(), 'light');
    await page.keyboard.press('t');
    await page.keyboard.press('t');
    assert.equal(await scheme(), 'dark');
    await page.reload();
    await page.getByTestId('ingest').waitFor();
    assert.equal(await scheme(), 'dark');
    assert.equal(await page.getByRole('button', { name: 'Theme: dark' }).count(), 1);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [390, 820, 1_440]) {
      it(`has nothing that axe finds, ${colorScheme} and ${width} pixels wide`, async () => {
        const right: Scale = {
          enabled: true,
          token: 't',
          max: 20,
          replicas: { [firstLane]: 1, [secondLane]: 2 },
        };
        const { page, console } = await open(
          { state: LIVE, scale: right },
          { colorScheme, viewport: { width, height: 900 } },
        );
        await page.locator('[data-mode=live]').waitFor();
        console.pass(liveMessages(20));
        await page.locator('.message').first().waitFor();
        for (const state of ['exact', 'equal', 'in-flight', 'drift', 'unknown'] as const) {
          console.show(
            withLight(
              { state, reasons: [{ kind: 'missing', count: 1, text: 'a reason' }] },
              { ...LIVE, at: ++at },
            ),
          );
          await untilLight(page, state);
          assert.deepEqual(await violationsIn(page), [], state);
        }
        assert.equal(
          await page.getByRole('group', { name: 'Chart', exact: true }).isVisible(),
          width < 640,
          'a phone chooses one of the charts, others show all',
        );
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.equal(wide, 0, 'nothing is wider than the page');
      });
    }
  }
});
