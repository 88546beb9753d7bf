import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runCommand } from '../../../tools/lib/run-command.ts';
import { withPalette } from './png-palette.ts';
import type { Page } from './render-page.ts';

const TIMEOUT_MS = 60_000;

/**
 * Writes a picture (PNG) of a page. The browser runs without a window, network services or a profile that stays.
 *
 * @param scale pixels of the picture for one of the page
 * @throws Error with the end of the browser's output if it makes none
 */
export async function takePicture(
  chromium: string,
  { html, width, height }: Page,
  path: string,
  scale = 1,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'caudal-preview-'));
  const page = join(directory, 'page.html');
  const picture = join(directory, 'page.png');
  try {
    await writeFile(page, html);
    await runCommand(
      chromium,
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--hide-scrollbars',
        `--force-device-scale-factor=${scale}`,
        `--user-data-dir=${join(directory, 'profile')}`,
        `--window-size=${width},${height}`,
        `--screenshot=${picture}`,
        pathToFileURL(page).href,
      ],
      { signal: AbortSignal.timeout(TIMEOUT_MS) },
    );
    await writeFile(path, withPalette(await readFile(picture)));
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
