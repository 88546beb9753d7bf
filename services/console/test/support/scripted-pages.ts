import { after, afterEach, before } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '../../../../tools/browser/launch-browser.ts';
import { type OpenPage, openPage } from '../../../../tools/browser/open-page.ts';
import { CONSOLE_PAGE } from '../../../../tools/page/ensure-page.ts';
import type { LiveMessage, StreamState } from '../../src/schemas.ts';
import {
  type ScriptedConsole,
  type ScriptedConsoleOptions,
  startScriptedConsole,
} from './scripted-console.ts';
import { STREAM_EXAMPLE } from './stream-example.ts';

/** The example, for pages that hear nothing between two steps of a test: long enough that they are not yet stale. */
export const CALM: StreamState = { ...STREAM_EXAMPLE, intervalMs: 20_000 };
/** {@link CALM} with live messages. */
export const LIVE: StreamState = { ...CALM, live: { enabled: true } };

/** Names of its lanes. */
export const [firstLane = '', secondLane = ''] = Object.keys(STREAM_EXAMPLE.lanes);

/** A light of a state. */
export type StreamLight = StreamState['lights'][string];

/** A page, and the console that it is of. */
export interface ScriptedPage {
  readonly page: Page;
  readonly console: ScriptedConsole;
}

/** Opens the page of a new console. */
export type OpenScripted = (
  options?: Partial<ScriptedConsoleOptions>,
  context?: BrowserContextOptions,
) => Promise<ScriptedPage>;

/** Gives a suite a browser; call it once, in its `describe`. Pages and consoles are closed after each test. */
export function useScriptedPages(): OpenScripted {
  let browser: Browser;
  let pageDirectory: string;
  const consoles: ScriptedConsole[] = [];
  const pages: OpenPage[] = [];
  before(async () => {
    pageDirectory = await CONSOLE_PAGE.ensure((line) => process.stderr.write(`${line}\n`));
    browser = await launchBrowser();
  });
  afterEach(async () => {
    // In this order: an open page would connect again.
    try {
      for (const page of pages.splice(0)) await page.close();
    } finally {
      for (const one of consoles.splice(0)) await one.close();
    }
  });
  after(async () => browser?.close());
  return async (options = {}, context = {}) => {
    const scripted = await startScriptedConsole({ pageDirectory, state: CALM, ...options });
    consoles.push(scripted);
    const opened = await openPage(browser, scripted.url, context);
    pages.push(opened);
    await opened.page.getByTestId('light').and(opened.page.locator('[data-state]')).waitFor();
    return { page: opened.page, console: scripted };
  };
}

/** A state with another light. */
export function withLight(light: Partial<StreamLight>, state: StreamState = CALM): StreamState {
  return { ...state, lights: { messages: { ...(state.lights.messages as StreamLight), ...light } } };
}

/** Messages as they pass, numbered on. */
export function liveMessages(count: number, from = 0): readonly LiveMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    partition: 0,
    offset: from + index,
    country: 'ES',
    weather: 'sunny',
    description: `message ${from + index}`,
    acceptedAt: CALM.at,
    scope: 'p',
    sequence: from + index,
  }));
}
