// first: it starts servers and a browser of its own
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { LaneReport } from '@caudal/common/account';
import { eventually } from '@caudal/common/testing';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../../../tools/browser/launch-browser.ts';
import { type OpenPage, openPage } from '../../../../tools/browser/open-page.ts';
import { CONSOLE_PAGE } from '../../../../tools/page/ensure-page.ts';
import { type Servers, startServers } from '../../../../tools/servers/servers.ts';
import { type Stack, startStack } from '../../../lab/src/stack/stack.ts';
import { readLanes, serversOf } from '../../../lab/src/workloads/messages/lanes.ts';
import { CONSOLE, INGEST, messagesServices } from '../../../lab/src/workloads/messages/services.ts';
import { withRawStore } from '../../../lab/src/workloads/messages/verify/raw-store.ts';
import { untilLight } from '../support/until-light.ts';

const COUNTRIES = ['ES', 'FR', 'JP', 'SG'] as const;
const MESSAGES = 10_000;
const PER_REQUEST = 500;
/** Of a change: a scrape of Prometheus, the time of rest, and a slow machine. */
const LIGHT_MS = 120_000;

/** Of one page that is never loaded again: what it shows follows what happens to real servers. */
describe("the console's page, of real servers", () => {
  let directory: string;
  let servers: Servers;
  let stack: Stack;
  let browser: Browser;
  let opened: OpenPage;
  let page: Page;
  let sent = 0;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'caudal-page-'));
    const lanes = readLanes(undefined);
    [servers] = await Promise.all([
      startServers({
        only: [...serversOf(lanes), 'prometheus'],
        dataDirectory: join(directory, 'servers'),
        scrapeIntervalSeconds: 1,
        onProgress: (line) => process.stderr.write(`${line}\n`),
      }),
      CONSOLE_PAGE.ensure(() => undefined),
    ]);
    stack = await startStack({
      addresses: servers.addresses,
      services: messagesServices(),
      stateDirectory: join(directory, 'state'),
      targetsDirectory: servers.targetsDirectory,
      onEvent: (line) => process.stderr.write(`${line}\n`),
    });
    browser = await launchBrowser();
    opened = await openPage(browser, stack.url(CONSOLE));
    page = opened.page;
    await page.evaluate(noteStates);
  });
  after(async () => {
    try {
      await opened?.close();
    } finally {
      await browser?.close();
      await stack?.stop();
      await servers?.down();
      rmSync(directory, { recursive: true, force: true });
    }
  });

  async function post(count: number): Promise<void> {
    for (const end = sent + count; sent < end; ) {
      const messages = Array.from({ length: Math.min(PER_REQUEST, end - sent) }, (_, index) => ({
        description: `message ${sent + index}`,
        country: COUNTRIES[(sent + index) % COUNTRIES.length],
        weather: 'sunny',
      }));
      const response = await fetch(`${stack.url(INGEST)}/messages`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(messages),
      });
      assert.equal(response.status, 202, await response.text());
      sent += messages.length;
    }
  }
  const shown = (count: number) => count.toLocaleString('en-US');
  const accepted = () => page.locator('.light-figures .large dd');
  /** States that the light has had since the page was opened. */
  const states = () => page.evaluate(() => (window as unknown as { states: string[] }).states);

  it('turns exact with the same numbers as the API, and was never red on the way', async () => {
    await untilLight(page, 'exact', LIGHT_MS);
    await post(MESSAGES);
    await accepted()
      .and(page.getByText(shown(MESSAGES), { exact: true }))
      .waitFor({ timeout: LIGHT_MS });
    await untilLight(page, 'exact', LIGHT_MS);
    assert.ok((await states()).includes('in-flight'), 'it was seen to be in flight');
    assert.ok(!(await states()).includes('drift'), `it was ${(await states()).join(', ')}`);

    const response = await fetch(`${stack.url(CONSOLE)}/api/account`);
    const account = (await response.json()) as {
      readonly accepted: { readonly total: number; readonly byCountry: Readonly<Record<string, number>> };
      readonly lanes: readonly LaneReport[];
    };
    assert.equal(account.accepted.total, MESSAGES);
    for (const { lane, totals } of account.lanes) {
      assert.equal(totals?.total, MESSAGES, lane);
      const card = page.getByTestId(`lane-${lane}`).locator('.pairs > div');
      assert.match(
        await card.filter({ hasText: 'stored' }).innerText(),
        new RegExp(`\\s${shown(MESSAGES)}$`),
      );
      assert.match(await card.filter({ hasText: /backlog|waiting/ }).innerText(), /\s0$/);
    }
    for (const code of COUNTRIES) {
      const cells = await page.locator(`tr[data-code=${code}] td`).allInnerTexts();
      const counts = [
        account.accepted.byCountry[code],
        ...account.lanes.map(({ totals }) => totals?.byCountry[code]),
      ];
      assert.deepEqual(
        cells.slice(0, -1),
        counts.map((count) => shown(count ?? Number.NaN)),
        code,
      );
    }
    assert.equal(await page.locator('.message').count(), 100, 'live messages');
    await page.getByTestId('tail-received').getByText(shown(MESSAGES), { exact: true }).waitFor();
  });

  it('turns red when a count is tampered with, says where, and green when it is put right', async () => {
    const change = (by: number) =>
      withRawStore(servers.addresses.redis, async (store) => {
        const { FR = 0 } = await store.counts('country_counts');
        await store.setFields('country_counts', { FR: FR + by });
      });
    try {
      await change(-1);
      await untilLight(page, 'drift', LIGHT_MS);
      assert.match(await page.getByTestId('light').innerText(), /kafka-redis is 1 short in France/);
      assert.match((await page.locator('tbody tr').first().getAttribute('class')) ?? '', /differs/);
      assert.equal(await page.locator('tbody tr').first().getAttribute('data-code'), 'FR');
    } finally {
      await change(1);
    }
    await untilLight(page, 'exact', LIGHT_MS);
  });

  it('loses no live message over a pause', async () => {
    const received = () => page.getByTestId('tail-received').innerText();
    const before = sent;
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('[data-mode=paused]').waitFor();
    await post(1_000);
    await untilStored(stack, before + 1_000);
    assert.equal(await received(), shown(before));
    await page.getByRole('button', { name: 'Resume' }).click();
    await eventually(received, (text) => text === shown(before + 1_000), { timeoutMs: LIGHT_MS });
    await post(1_000);
    await eventually(received, (text) => text === shown(before + 2_000), { timeoutMs: LIGHT_MS });
    assert.equal(await page.locator('.gap').count(), 0);
  });

  it('is amber while a lane is paused, and exact again without being loaded again', async () => {
    await untilLight(page, 'exact', LIGHT_MS);
    await servers.kill('valkey');
    await post(500);
    const lane = page.getByTestId('lane-rabbitmq-valkey');
    await lane.and(page.locator('[data-state=paused]')).waitFor({ timeout: LIGHT_MS });
    await untilLight(page, 'in-flight', LIGHT_MS);
    await eventually(
      () => page.getByTestId('light').innerText(),
      (text) => text.includes('rabbitmq-valkey is paused'),
      { timeoutMs: LIGHT_MS },
    );
    await servers.start('valkey');
    await untilLight(page, 'exact', LIGHT_MS);
    assert.match(await lane.innerText(), new RegExp(shown(sent)));
  });

  it('cannot tell while the console is away, and is exact again when it is back', async () => {
    await untilLight(page, 'exact', LIGHT_MS);
    const running = stack.processes().get(CONSOLE);
    assert.ok(running?.identity);
    process.kill(running.identity.pid, 'SIGSTOP');
    try {
      await untilLight(page, 'unknown', LIGHT_MS);
      await page.getByText(/no answer for/).waitFor();
    } finally {
      process.kill(running.identity.pid, 'SIGCONT');
    }
    await untilLight(page, 'exact', LIGHT_MS);
  });
});

/** Notes every state of the light in `window.states`, however short it is. */
function noteStates(): void {
  const light = document.querySelector('[data-testid=light]');
  const states = [light?.getAttribute('data-state') ?? ''];
  Object.assign(window, { states });
  // The element is replaced when its page is drawn for the first time: its parent stays.
  new MutationObserver((records) => {
    for (const { target } of records) {
      if (target instanceof HTMLElement && target.dataset.testid === 'light')
        states.push(target.dataset.state ?? '');
    }
  }).observe(document.body, { subtree: true, attributeFilter: ['data-state'] });
}

async function untilStored(stack: Stack, total: number): Promise<void> {
  await eventually(
    async () => {
      const response = await fetch(`${stack.url(CONSOLE)}/api/lanes`);
      const { lanes } = (await response.json()) as { readonly lanes: readonly LaneReport[] };
      return lanes.map(({ totals }) => totals?.total);
    },
    (totals) => totals.every((one) => one === total),
    { timeoutMs: LIGHT_MS },
  );
}
