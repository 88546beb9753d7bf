import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Stack, startStack } from '../../services/lab/src/stack/stack.ts';
import {
  consumerOf,
  readLanes,
  serversOf,
  storesOf,
} from '../../services/lab/src/workloads/messages/lanes.ts';
import { INGEST, messagesServices } from '../../services/lab/src/workloads/messages/services.ts';
import { failUsage, printsHelp } from '../../tools/lib/command-line.ts';
import { waitUntil } from '../../tools/lib/wait-until.ts';
import { type ServerName, type Servers, startServers } from '../../tools/servers/servers.ts';
import { GENERATED_DIRECTORY } from './generated-files.ts';
import { takePictures } from './preview/take-pictures.ts';
import { createPrometheusClient } from './prometheus/client.ts';

/*
 * Draws the pictures of docs/images from a reproducible scene: a load, more consumers, a store outage, and rest. Needs
 * Chromium and about four minutes; stops everything it starts.
 */

const LANES = readLanes(undefined);
/** The store that is lost for a while. */
const [GONE] = storesOf(LANES);

const OUTPUT = join(import.meta.dirname, '..', '..', 'docs', 'images');
const SCRAPE_SECONDS = 2;
const MESSAGES_PER_SECOND = 2_500;
const MESSAGES_PER_REQUEST = 100;
/** Moments of the scene, in seconds since the load began. */
const SCENE = { scaleUp: 30, storeGone: 75, storeBack: 95, end: 150 } as const;
/** Rest before and after, so that the range begins and ends with an account that can be exact. */
const REST_SECONDS = 15;
const DRAIN_TIMEOUT_MS = 180_000;

/** The first are the most frequent. */
const COUNTRIES = 'ES FR DE IT US BR MX AR JP IN GB PT NL PL SE NO FI CL CO PE ZA NG EG KE'.split(' ');
const WEATHER = ['sunny', 'cloudy', 'rainy', 'windy'] as const;

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'caudal-scene-'));
  let servers: Servers | undefined;
  let stack: Stack | undefined;
  try {
    servers = await startServers({
      only: [...serversOf(LANES), 'prometheus'],
      dataDirectory: join(directory, 'servers'),
      scrapeIntervalSeconds: SCRAPE_SECONDS,
    });
    stack = await startStack({
      addresses: servers.addresses,
      services: messagesServices({ replicas: { [INGEST]: 2 } }),
      stateDirectory: join(directory, 'state'),
      targetsDirectory: servers.targetsDirectory,
      onEvent: say,
    });
    if (GONE === undefined) throw new Error('the lanes write to no store');
    await play(servers, stack, GONE);
  } finally {
    await stack?.stop();
    await servers?.down();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function play(servers: Servers, stack: Stack, lost: ServerName): Promise<void> {
  const prometheusUrl = servers.addresses.prometheus.url;
  // One message, so that every series is there before the range begins.
  await post(stack.url(INGEST), 1);
  await untilStored(prometheusUrl, 1);
  await delay(2 * REST_SECONDS * 1_000);
  const from = Math.floor(Date.now() / 1_000) - REST_SECONDS;

  const began = performance.now();
  const at = async (seconds: number): Promise<void> => {
    await delay(Math.max(0, began + seconds * 1_000 - performance.now()));
  };
  const load = sendUntil(stack.url(INGEST), began + SCENE.end * 1_000);
  await at(SCENE.scaleUp);
  await Promise.all(LANES.map((lane, index) => stack.scale(consumerOf(lane), index + 2)));
  await at(SCENE.storeGone);
  await servers.kill(lost);
  await at(SCENE.storeBack);
  await servers.start(lost);
  const accepted = await load;
  const seconds = (performance.now() - began) / 1_000;
  say(`${accepted} messages accepted in ${seconds.toFixed(0)} s, ${Math.round(accepted / seconds)} a second`);
  await untilStored(prometheusUrl, accepted + 1);
  await delay(REST_SECONDS * 1_000);

  const to = Math.floor(Date.now() / 1_000);
  const pictures = await takePictures({
    directory: GENERATED_DIRECTORY,
    prometheusUrl,
    view: {
      range: { from, to },
      stepSeconds: Math.max(SCRAPE_SECONDS, Math.ceil((to - from) / 150)),
      scrapeSeconds: SCRAPE_SECONDS,
    },
    outputDirectory: OUTPUT,
  });
  for (const { path, bytes } of pictures)
    say(`${relative(process.cwd(), path)}  ${Math.round(bytes / 1_000)} kB`);
}

/** Sends at a steady rate until a moment of `performance.now()`; resolves with how many messages were accepted. */
async function sendUntil(baseUrl: string, end: number): Promise<number> {
  const everyMs = (1_000 * MESSAGES_PER_REQUEST) / MESSAGES_PER_SECOND;
  const requests: Promise<number>[] = [];
  for (let next = performance.now(); next < end; next += everyMs) {
    await delay(Math.max(0, next - performance.now()));
    requests.push(post(baseUrl, MESSAGES_PER_REQUEST));
  }
  return (await Promise.all(requests)).reduce((sum, count) => sum + count, 0);
}

const agent = new Agent({ keepAlive: true, maxSockets: 32 });

/** @returns how many messages were accepted: all or none */
function post(baseUrl: string, count: number): Promise<number> {
  const messages = Array.from({ length: count }, () => ({
    description: 'a message of the scene',
    // Squared, so that the first countries get the most.
    country: COUNTRIES[Math.floor(Math.random() ** 2 * COUNTRIES.length)],
    weather: WEATHER[Math.floor(Math.random() * WEATHER.length)],
  }));
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${baseUrl}/messages`,
      { method: 'POST', agent, headers: { 'Content-Type': 'application/json' } },
      (response) => {
        response.resume().once('end', () => resolve(response.statusCode === 202 ? count : 0));
      },
    );
    outgoing.once('error', reject);
    outgoing.end(JSON.stringify(messages));
  });
}

/** Waits until every lane has stored that many, as Prometheus sees it. */
async function untilStored(prometheusUrl: string, count: number): Promise<void> {
  const client = createPrometheusClient(prometheusUrl);
  const isStored = await waitUntil(
    async () => {
      const lanes = await client.query('sum by (lane) (caudal_store_messages)', Date.now() / 1_000);
      return lanes.length === 2 && lanes.every(({ samples }) => (samples[0]?.[1] ?? 0) >= count);
    },
    { timeoutMs: DRAIN_TIMEOUT_MS, everyMs: 500 },
  );
  if (!isStored) throw new Error(`timed out waiting for the lanes to store ${count} messages`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const USAGE = `usage: npm run dashboards:scene

Draws the pictures of docs/images from a scene with its own servers and services: a load, more consumers, a store
outage, and rest. Needs Chromium and about four minutes.
`;

const [unexpected] = process.argv.slice(2);
if (!printsHelp(USAGE)) {
  if (unexpected === undefined) await main();
  else failUsage(`unexpected argument '${unexpected}'`, USAGE);
}
