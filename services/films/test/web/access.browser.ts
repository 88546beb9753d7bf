import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defineProblems, ProblemError } from '@caudal/common/http';
import { eventually } from '@caudal/common/testing';
import type { Page } from 'playwright-core';
import { violationsIn } from '../../../../tools/browser/violations-in.ts';
import { memoryQuestions } from '../page/support/memory-questions.ts';
import { SOME_FILMS } from '../page/support/some-films.ts';
import { useFilmsPages } from './support/use-films-pages.ts';

const QUESTIONS = memoryQuestions(SOME_FILMS);
const PROBLEMS = defineProblems({ away: { status: 503, title: 'The films cannot be read now' } });
const AWAY = {
  ...QUESTIONS,
  searchFilms: async () => {
    throw new ProblemError(PROBLEMS.away, 'No server answered in time.');
  },
};

const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent);

describe("the films' page, for everyone", () => {
  const open = useFilmsPages();

  it('can be used with the keyboard alone', async () => {
    const page = await open(QUESTIONS, '/', { viewport: { width: 1_100, height: 800 } });
    const press = (key: string) => page.keyboard.press(key);
    for (let step = 0; step < 8 && (await focused(page)) !== 'q'; step += 1) {
      await press('Tab');
      const outline = await page.evaluate(() => {
        const { activeElement } = document;
        return activeElement && getComputedStyle(activeElement).outlineStyle;
      });
      assert.notEqual(outline, 'none', 'the focus is visible');
    }
    assert.equal(await focused(page), 'q');
    await page.keyboard.type('dragon');
    await page.getByRole('link', { name: 'Dragon 20' }).waitFor();
    await press('ArrowDown');
    assert.equal(await focused(page), 'Dragon 1');
    const outline = await page
      .locator('.poster:has(:focus) article')
      .evaluate((poster) => getComputedStyle(poster).outlineStyle);
    assert.equal(outline, 'solid', 'the focus is visible around the poster');
    await press('ArrowRight');
    await press('ArrowRight');
    await press('ArrowLeft');
    assert.equal(await focused(page), 'Dragon 2');
    await press('ArrowDown');
    const below = await focused(page);
    const lefts = await page.evaluate(() =>
      ['Dragon 2', document.activeElement?.textContent].map((title) => {
        const link = Array.from(document.querySelectorAll('.whole')).find(
          ({ textContent }) => textContent === title,
        );
        return link?.closest('.poster')?.getBoundingClientRect().left;
      }),
    );
    assert.ok(below !== 'Dragon 2' && lefts[0] === lefts[1], `${below} is below`);
    await press('ArrowUp');
    assert.equal(await focused(page), 'Dragon 2');
    await press('ArrowUp');
    assert.equal(await focused(page), 'q');
    await press('ArrowDown');
    await press('Tab');
    assert.equal(await focused(page), 'Ann Lee', 'links of a film are reached, too');
    await press('Escape');
    assert.equal(await focused(page), 'q');
    await page.keyboard.type('godz');
    await page.getByRole('link', { name: 'Godzilla' }).waitFor();
    await press('ArrowDown');
    await press('Enter');
    await page.getByRole('heading', { name: 'Godzilla', level: 1 }).waitFor();
  });

  it('empties the field with Escape, and searches without a pause with Enter', async () => {
    const page = await open(QUESTIONS, '/?q=godzilla');
    await page.locator('#q').press('Escape');
    await page.getByRole('heading', { name: 'The best known' }).waitFor();
    assert.equal(await page.locator('#q').inputValue(), '');
    assert.equal(new URL(page.url()).search, '');
    await page.locator('#q').fill('amelie');
    await page.locator('#q').press('Enter');
    await page.getByRole('link', { name: 'Amélie' }).waitFor();
    assert.equal(await focused(page), 'q');
  });

  it('skips to the content', async () => {
    const page = await open(QUESTIONS, '/film/Q47703');
    await page.keyboard.press('Tab');
    const skip = page.getByRole('link', { name: 'Skip to the content' });
    assert.ok(((await skip.boundingBox())?.width ?? 0) > 50, 'it is seen while it has the focus');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    assert.equal(await focused(page), 'Francis Ford Coppola');
  });

  it('keeps the theme that was chosen', async () => {
    const page = await open(QUESTIONS, '/', { colorScheme: 'light' });
    const scheme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    assert.equal(await scheme(), 'light');
    await page.getByRole('button', { name: 'Theme: auto' }).click();
    await page.getByRole('button', { name: 'Theme: light' }).click();
    assert.equal(await scheme(), 'dark');
    await page.goto(new URL('/film/Q47703', page.url()).href);
    await page.getByRole('button', { name: 'Theme: dark' }).waitFor();
    assert.equal(await scheme(), 'dark');
  });

  it('moves nothing for people who want less motion', async () => {
    const page = await open(QUESTIONS, '/', { reducedMotion: 'reduce' });
    await page.locator('.poster').first().hover();
    await page.route('**/films?*', () => undefined);
    await page.locator('#q').fill('amelie');
    await page.locator('#results[aria-busy=true]').waitFor();
    const moving = await page.evaluate(() => document.getAnimations().length);
    assert.equal(moving, 0);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [320, 1_440]) {
      it(`has nothing that axe finds, ${colorScheme} and ${width} pixels wide`, async () => {
        const context = { colorScheme, viewport: { width, height: 900 } };
        const check = async (page: Page, what: string): Promise<void> => {
          assert.deepEqual(await violationsIn(page), [], what);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.equal(wide, 0, `${what}: nothing is wider than the page`);
        };
        const page = await open(QUESTIONS, '/', context);
        await check(page, 'the best known films');
        await page.locator('#q').fill('godfahter');
        await page.locator('.notice').waitFor();
        await check(page, 'a mistake');
        await page.locator('#q').fill('lee');
        await page.locator('.person').waitFor();
        await check(page, 'directors, and no film');
        for (const [path, what] of [
          ['/?q=x&year=1', 'a bad year'],
          ['/film/Q47703', 'a film'],
          ['/film/Q2', 'a film of which little is known'],
          ['/film/none', 'no such film'],
          [await page.locator('.person').getAttribute('href'), 'a director'],
        ] as const) {
          await page.goto(new URL(path ?? '', page.url()).href);
          await check(page, what);
        }
        await check(await open(AWAY, '/', context), 'no server');
      });
    }
  }

  it('says how many were found each time, and nothing else', async () => {
    const page = await open(QUESTIONS);
    const status = page.getByRole('status');
    for (const [q, said] of [
      ['dragon', 'The first 20 films'],
      ['godz', '1 film'],
      ['ann', 'No films, 1 director'],
    ] as const) {
      await page.locator('#q').fill(q);
      await eventually(
        () => status.innerText(),
        (text) => text === said,
      );
    }
  });
});
