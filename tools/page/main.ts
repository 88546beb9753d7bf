import { readFile, stat, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { withPalette } from '../../grafana-dashboards/src/preview/png-palette.ts';
import { launchBrowser } from '../browser/launch-browser.ts';
import { failUsage, printsHelp } from '../lib/command-line.ts';

const USAGE = `usage: node tools/bootstrap.mjs tools/page/main.ts URL FILE.png [options]

Takes a picture of the page of a running console.

  --light STATE      wait until the light is exact, equal, in-flight, drift or unknown
  --seconds N        stay on the page for N seconds first, so that its charts fill (3)
  --theme THEME      dark or light (dark)
  --size WxH         of the window (1440x900)
  --full             the whole page, not the window alone
`;

/** Longest wait for the light. */
const LIGHT_MS = 120_000;
const SCALE = 1.5;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      light: { type: 'string' },
      seconds: { type: 'string', default: '3' },
      theme: { type: 'string', default: 'dark' },
      size: { type: 'string', default: '1440x900' },
      full: { type: 'boolean', default: false },
    },
  });
  const [url, file] = positionals;
  const [width = 0, height = 0] = values.size.split('x').map(Number);
  const seconds = Number(values.seconds);
  if (url === undefined || file === undefined || !(width > 0 && height > 0) || !(seconds >= 0)) {
    failUsage('give an address, a file, and numbers where they are wanted', USAGE);
    return;
  }
  const browser = await launchBrowser();
  try {
    const colorScheme = values.theme === 'light' ? 'light' : 'dark';
    const page = await browser.newPage({
      viewport: { width, height },
      colorScheme,
      deviceScaleFactor: SCALE,
    });
    await page.goto(url);
    if (values.light !== undefined) {
      const state = page.locator(`[data-testid=light][data-state="${values.light}"]`);
      await state.waitFor({ timeout: LIGHT_MS });
    }
    await page.waitForTimeout(seconds * 1_000);
    await page.screenshot({ path: file, fullPage: values.full });
    await writeFile(file, withPalette(await readFile(file)));
    process.stdout.write(`${file}: ${Math.round((await stat(file)).size / 1_000)} kB\n`);
  } finally {
    await browser.close();
  }
}

if (!printsHelp(USAGE)) {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
