import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Stack, startStack } from '../../services/lab/src/stack/stack.ts';
import { readLanes, serversOf } from '../../services/lab/src/workloads/messages/lanes.ts';
import { INGEST, messagesServices } from '../../services/lab/src/workloads/messages/services.ts';
import { ensureChromium } from '../../tools/browser/chromium.ts';
import { waitUntil } from '../../tools/lib/wait-until.ts';
import { type Servers, startServers } from '../../tools/servers/servers.ts';
import { checkPanels } from '../src/check/check-panels.ts';
import { GENERATED_DIRECTORY } from '../src/generated-files.ts';
import { takePictures } from '../src/preview/take-pictures.ts';
import { createPrometheusClient } from '../src/prometheus/client.ts';

const SCRAPE_SECONDS = 1;

let directory = '';
let servers: Servers;
let stack: Stack;
let from = 0;
let sent = 0;

/** The last three minutes, or less: from before the load until now. */
const viewNow = () => {
  const to = Math.floor(Date.now() / 1_000);
  return { range: { from: Math.max(from, to - 180), to }, stepSeconds: 2, scrapeSeconds: SCRAPE_SECONDS };
};

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'caudal-panels-'));
  servers = await startServers({
    only: [...serversOf(readLanes(undefined)), 'prometheus'],
    dataDirectory: join(directory, 'servers'),
    scrapeIntervalSeconds: SCRAPE_SECONDS,
  });
  stack = await startStack({
    addresses: servers.addresses,
    services: messagesServices(),
    stateDirectory: join(directory, 'state'),
    targetsDirectory: servers.targetsDirectory,
    onEvent: () => undefined,
  });
  await untilPrometheus('count(count by (pod) (nodejs_version_info))', (value) => value === 4);
  // RabbitMQ computes its queues' figures every five seconds.
  await untilPrometheus('count(rabbitmq_detailed_queue_messages_ready)', (value) => value === 2);
  from = Math.floor(Date.now() / 1_000);
  // The load continues until Prometheus has seen every part of the pipeline at work.
  await untilPrometheus(
    'min(sum by (lane) (rate(caudal_stored_messages_total[4s]))) > 0',
    (value) => value > 0,
    post,
  );
  await untilPrometheus('min(sum by (lane) (caudal_store_messages))', (value) => value === sent);
  await untilPrometheus('sum(caudal_ingest_messages_total)', (value) => value === sent);
});

after(async () => {
  await stack?.stop();
  await servers?.down();
  rmSync(directory, { recursive: true, force: true });
});

async function post(): Promise<void> {
  const messages = Array.from({ length: 20 }, (_, index) => ({
    description: `message ${sent + index}`,
    country: index % 3 === 0 ? 'ES' : 'FR',
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

/** Queries until a figure has the expected value, and calls a function in between. */
async function untilPrometheus(
  expr: string,
  holds: (value: number) => boolean,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const client = createPrometheusClient(servers.addresses.prometheus.url);
  let value: number | undefined;
  const isSo = await waitUntil(
    async () => {
      await meanwhile();
      // A second ago, so that a later look, at a full second, does not see less.
      value = (await client.query(expr, Date.now() / 1_000 - 1))[0]?.samples[0]?.[1];
      return value !== undefined && holds(value);
    },
    { timeoutMs: 60_000, everyMs: 100 },
  );
  assert.ok(isSo, `${expr} stays at ${value}`);
}

test('after a load no panel is empty', async () => {
  const prometheusUrl = servers.addresses.prometheus.url;
  const result = await checkPanels({ directory: GENERATED_DIRECTORY, prometheusUrl, view: viewNow() });
  assert.deepEqual(result.empty, []);
  assert.equal(result.dashboards, 4);
  assert.ok(
    result.panels >= 60 && result.queries >= 100,
    `${result.panels} panels, ${result.queries} queries`,
  );
});

test('the account on the dashboard is exact', async () => {
  const client = createPrometheusClient(servers.addresses.prometheus.url);
  const pipeline = JSON.parse(readFileSync(join(GENERATED_DIRECTORY, 'pipeline.json'), 'utf8')) as {
    panels: { title: string; targets?: { expr: string }[] }[];
  };
  const { range } = viewNow();
  const figures = async (title: string) => {
    const expr = pipeline.panels.find((panel) => panel.title === title)?.targets?.[0]?.expr ?? '';
    const query = expr.replaceAll('$__range', `${range.to - range.from}s`).replaceAll(/"\$\w+"/g, '".*"');
    return (await client.query(query, range.to)).map(({ samples }) => samples[0]?.[1]);
  };
  assert.deepEqual(await figures('Accepted'), [sent]);
  assert.deepEqual(await figures('Stored'), [sent, sent]);
  assert.deepEqual(await figures('Difference'), [0, 0]);
});

test('a panel that asks for a metric without an exporter is found', async () => {
  const broken = join(directory, 'broken');
  cpSync(GENERATED_DIRECTORY, broken, { recursive: true });
  const path = join(broken, 'node-runtime.json');
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll('process_open_fds', 'process_open_files'));
  const { empty } = await checkPanels({
    directory: broken,
    prometheusUrl: servers.addresses.prometheus.url,
    view: viewNow(),
  });
  assert.deepEqual(
    empty.map(({ panel, problem }) => ({ panel, problem })),
    [{ panel: 'Processes', problem: 'no series' }],
  );
});

test('every dashboard is drawn, small enough for a page', async () => {
  await ensureChromium(() => undefined);
  const pictures = await takePictures({
    directory: GENERATED_DIRECTORY,
    prometheusUrl: servers.addresses.prometheus.url,
    view: viewNow(),
    outputDirectory: join(directory, 'pictures'),
  });
  assert.deepEqual(
    pictures.map(({ path }) => basename(path)),
    ['brokers-and-stores', 'lanes', 'node-runtime', 'pipeline']
      .map((name) => `dashboard-${name}.png`)
      .concat('hero-dark.png', 'hero-light.png'),
  );
  for (const { path, bytes } of pictures) {
    assert.ok(bytes > 10_000 && bytes < 400_000, `${path} has ${bytes} bytes`);
    const width = basename(path).startsWith('hero') ? 960 * 2 : 1_600;
    assert.equal(readFileSync(path).readUInt32BE(16), width, 'as wide as it was meant to be');
  }
});
