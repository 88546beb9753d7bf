// `helm test`: every part of Caudal answers and has what it depends on. Nothing is stored by it.
import { setTimeout as sleep } from 'node:timers/promises';

const { INGEST_URL, OPERATIONS_URLS, API_KEY } = process.env;
const DEADLINE_MS = 60_000;

async function answer(url, options) {
  const response = await fetch(url, { ...options, signal: AbortSignal.timeout(5_000) });
  return { status: response.status, text: await response.text() };
}

async function expectStatus(what, status, url, options) {
  const { status: got, text } = await answer(url, options);
  if (got !== status)
    throw new Error(`${what}: ${url} answered ${got} instead of ${status}: ${text.slice(0, 300)}`);
  console.log(`ok  ${what}`);
}

const checks = [
  () => expectStatus('ingest describes itself', 200, `${INGEST_URL}/openapi.json`),
  () =>
    expectStatus('ingest refuses an unknown country', 400, `${INGEST_URL}/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(API_KEY && { 'x-api-key': API_KEY.split(',')[0] }) },
      body: JSON.stringify({ description: 'helm test', country: 'Atlantis', weather: 'sunny' }),
    }),
  ...OPERATIONS_URLS.split(',').map(
    (url) => () =>
      expectStatus(`${new URL(url).hostname.split('.')[0]} has all it needs`, 200, `${url}/readyz`),
  ),
];

const deadline = Date.now() + DEADLINE_MS;
for (const check of checks) {
  for (;;) {
    try {
      await check();
      break;
    } catch (error) {
      if (Date.now() > deadline) {
        console.error(`FAILED  ${error.message}`);
        process.exit(1);
      }
      await sleep(1_000);
    }
  }
}
