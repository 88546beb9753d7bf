import { type Browser, chromium } from 'playwright-core';
import { ensureChromium } from './chromium.ts';

/** Without network services of its own, and without a sandbox, which root cannot have. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
];

/** Starts a browser of this machine without a window; it is installed if it is missing. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = await ensureChromium((line) => process.stderr.write(`${line}\n`));
  return chromium.launch({ executablePath, args: ARGUMENTS });
}
