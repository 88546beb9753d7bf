import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '@caudal/common/testing';
import type { Scale, StreamState } from '../../src/schemas.ts';
import {
  CALM,
  firstLane,
  LIVE,
  liveMessages,
  type StreamLight,
  secondLane,
  useScriptedPages,
  withLight,
} from '../support/scripted-pages.ts';
import { untilLight } from '../support/until-light.ts';

describe("the console's page, of a console that says what a test wants", () => {
  const open = useScriptedPages();
  let at = CALM.at;

  it('shows every figure that the console sent, and follows its changes', async () => {
    const { page, console } = await open();
    const lane = page.getByTestId(`lane-${firstLane}`);
    await lane.getByText('49,204').waitFor();
    assert.match(await lane.innerText(), /RabbitMQ → Valkey\s+running\s+2,139\s+msg\/s stored/);
    assert.match(await lane.innerText(), /p50\s+7 ms\s+p95\s+27 ms\s+p99\s+34 ms/);
    assert.match(await page.getByTestId('ingest').innerText(), /2,140/);
    const spain = page.locator('tr[data-code=ES]');
    assert.deepEqual((await spain.locator('td').allInnerTexts()).slice(0, 3), ['14,395', '14,143', '14,143']);

    const changed = structuredClone(CALM) as { -readonly [Key in keyof StreamState]: StreamState[Key] };
    changed.at += 500;
    changed.lanes = {
      ...CALM.lanes,
      [firstLane]: {
        ...CALM.lanes[firstLane],
        perSecond: 77,
        state: 'paused',
      } as StreamState['lanes'][string],
    };
    console.show(changed);
    await lane.getByText('77').waitFor();
    assert.equal(await lane.getAttribute('data-state'), 'paused');
    await page.getByText('a lane was paused').waitFor();
  });

  it('has the state of the light in words, in the title and in the icon, and never an old one', async () => {
    const state = { ...withLight({ state: 'exact', line: 'all is well' }), intervalMs: 300 };
    const { page, console } = await open({ state });
    const speak = (next: StreamState): void => console.show({ ...next, at: ++at });
    const speaking = setInterval(() => speak(state), 100);
    try {
      await untilLight(page, 'exact');
      assert.equal(await page.title(), 'Exact · Caudal');
      assert.equal(await page.locator('link[rel=icon]').getAttribute('href'), './icons/exact.svg');
      assert.match(await page.getByTestId('light').innerText(), /Exact\s[\s\S]*all is well/);
    } finally {
      clearInterval(speaking);
    }
    // Silent, but connected.
    await untilLight(page, 'unknown');
    assert.match(await page.getByTestId('light').innerText(), /Cannot tell[\s\S]*has not answered for/);
    speak(withLight({ state: 'drift', line: '1 short in France' }));
    await untilLight(page, 'drift');
    await eventually(
      () => page.title(),
      (title) => title === 'Drift · Caudal',
    );
    // Away, and back without a reload.
    speak({ ...state, intervalMs: 300 });
    console.silence();
    await untilLight(page, 'unknown');
    console.resume();
    await untilLight(page, 'exact', 30_000);
  });

  it('marks a country in which the lanes differ at rest, above those that agree, but not under load', async () => {
    const lane = CALM.lanes[secondLane] as StreamState['lanes'][string];
    const byCountry = { ...lane.stored?.byCountry, SG: 99 };
    const apart = {
      ...CALM,
      lanes: { ...CALM.lanes, [secondLane]: { ...lane, stored: { ...lane.stored, byCountry } } },
    } as StreamState;
    const { page, console } = await open({ state: withLight({ state: 'in-flight' }, apart) });
    const singapore = page.locator('tr[data-code=SG]');
    await singapore.waitFor();
    assert.equal(await singapore.locator('td').last().innerText(), '-1');
    assert.equal(await page.locator('.differs').count(), 0);

    console.show(withLight({ state: 'drift' }, { ...apart, at: ++at }));
    await untilLight(page, 'drift');
    const top = page.locator('tbody tr').first();
    assert.equal(await top.getAttribute('data-code'), 'SG');
    assert.match((await top.getAttribute('class')) ?? '', /differs/);
    assert.equal(await page.locator('circle[data-code=SG].differs').count(), 1, 'a dot on the map');
  });

  it('sorts the table by a column, and says so', async () => {
    const { page } = await open();
    const codes = () =>
      page.locator('tbody tr').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-code')));
    await page.locator('tbody tr').first().waitFor();
    assert.equal((await codes())[0], 'ES');
    await page.getByRole('button', { name: 'Country', exact: true }).click();
    assert.deepEqual((await codes()).slice(0, 2), ['BR', 'FR']);
    assert.equal(await page.locator('th[aria-sort=ascending]').innerText(), 'Country\n▴');
    await page.getByRole('searchbox').fill('japan');
    assert.deepEqual(await codes(), ['JP']);
  });

  it('shows a burst of 1,000 messages complete, in its order, and none twice after a pause', async () => {
    const { page, console } = await open({ state: LIVE });
    await page.locator('[data-mode=live]').waitFor();
    console.pass(liveMessages(1_000));
    const received = page.getByTestId('tail-received');
    await received.and(page.getByText('1,000', { exact: true })).waitFor();
    const shown = () => page.locator('.message .description').allInnerTexts();
    assert.deepEqual((await shown()).slice(0, 3), ['message 999', 'message 998', 'message 997']);
    assert.equal((await shown()).length, 100);

    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('[data-mode=paused]').waitFor();
    console.pass(liveMessages(50, 1_000));
    // Another event of the console arrives: what was passed before it would be here.
    console.show({ ...LIVE, at: LIVE.at + 1, ingest: { ...LIVE.ingest, perSecond: 4_321 } });
    await page.getByTestId('ingest').getByText('4,321').waitFor();
    assert.equal(await received.innerText(), '1,000');
    await page.getByRole('button', { name: 'Resume' }).click();
    await received.and(page.getByText('1,050', { exact: true })).waitFor();
    const all = await shown();
    assert.deepEqual(
      all,
      Array.from({ length: 100 }, (_, index) => `message ${1_049 - index}`),
    );
  });

  it('shows a gap of the live messages as a row of its own, with its size and its reason', async () => {
    const { page, console } = await open({ state: LIVE });
    await page.locator('[data-mode=live]').waitFor();
    console.pass(liveMessages(1));
    console.miss({ count: 312, reason: 'retention', partitions: [{ partition: 0, from: 1, to: 313 }] });
    console.pass(liveMessages(1, 313));
    await page.getByText('message 313').waitFor();
    assert.deepEqual(
      await page.locator('.rows > li').evaluateAll((rows) => rows.map(({ className }) => className)),
      ['message', 'gap', 'message'],
    );
    assert.equal(
      await page.locator('.gap').innerText(),
      '312 messages not delivered: the log no longer has them',
    );
    await page.getByText('312 missed').waitFor();
  });

  it('has one light for each further system that is on', async () => {
    const drift: StreamLight = { state: 'drift', line: '1 order lost', since: at, inFlight: 0, reasons: [] };
    const { page } = await open({ state: { ...CALM, lights: { ...CALM.lights, orders: drift } } });
    const small = page.locator('.small-light[data-state=drift]');
    await small.waitFor();
    assert.match(await small.innerText(), /orders\s+Drift\s+1 order lost/);
    assert.notEqual(await page.getByTestId('light').getAttribute('data-state'), 'drift');
  });

  it('says what to do first while nothing has happened yet, and then no more', async () => {
    const empty = structuredClone(CALM) as unknown as {
      ingest: { accepted: number };
      lanes: Record<string, object>;
    };
    empty.ingest.accepted = 0;
    const none = { total: 0, byCountry: {}, byWeather: {} };
    for (const lane of Object.values(empty.lanes)) Object.assign(lane, { stored: none });
    const { page, console } = await open({ state: empty as unknown as StreamState });
    await page.getByText('npm run load').waitFor();
    console.show({ ...CALM, at: ++at });
    await page.getByText('npm run load').waitFor({ state: 'detached' });
  });

  it('never runs what a message says', async () => {
    const { page, console } = await open({ state: LIVE });
    await page.locator('[data-mode=live]').waitFor();
    const description = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
    console.pass(liveMessages(1).map((message) => ({ ...message, description })));
    await page.locator('.message .description').waitFor();
    assert.equal(await page.locator('.message .description').innerText(), description);
    assert.equal(await page.locator('.message img').count(), 0);
  });

  it('says why there are no live messages', async () => {
    const { page } = await open({
      state: { ...CALM, live: { enabled: false, reason: 'the topic cannot be read' } },
    });
    await page.getByText('Off: the topic cannot be read.').waitFor();
  });

  it('has buttons for scaling only with the right to it', async () => {
    const right: Scale = {
      enabled: true,
      token: 'secret',
      max: 20,
      replicas: { [firstLane]: 1, [secondLane]: 2 },
    };
    const without = await open();
    await without.page
      .getByTestId(`lane-${firstLane}`)
      .getByText(/consumers?$/)
      .waitFor();
    assert.equal(await without.page.locator('.scale button').count(), 0);
    const { page, console } = await open({ scale: right });
    await page.getByRole('button', { name: `${secondLane}: 3 consumers` }).click();
    await eventually(
      async () => console.scaled.length,
      (count) => count > 0,
    );
    assert.deepEqual(console.scaled, [{ lane: secondLane, replicas: 3 }]);
  });

  it('shows dead letters with their reasons', async () => {
    const { page } = await open({
      deadLetters: {
        [secondLane]: {
          lane: secondLane,
          letters: [{ reason: 'not JSON', source: 'message:3:17', consumer: 'c', bytes: 8 }],
        },
      },
    });
    const parked = page.locator('.dead-letters');
    await parked.getByText('not JSON').waitFor();
    assert.match(await parked.innerText(), /Kafka → Redis\s+3[\s\S]*message:3:17/);
  });
});
