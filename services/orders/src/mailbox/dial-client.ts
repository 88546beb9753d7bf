import type { DialSetting } from './dial.ts';

/**
 * Turns the dial of the mailbox whose pages are at `url`.
 * @throws Error if the mailbox has no dial or does not answer
 */
export async function turnDial(url: string, setting: DialSetting): Promise<DialSetting> {
  return dialOf(url, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(setting),
  });
}

/** Reads how the dial is set. @throws as {@link turnDial} */
export function readDial(url: string): Promise<DialSetting> {
  return dialOf(url, {});
}

async function dialOf(url: string, init: RequestInit): Promise<DialSetting> {
  const response = await fetch(new URL('/api/dial', url), { ...init, signal: AbortSignal.timeout(5_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`the mailbox's dial answered ${response.status}: ${text}`);
  return JSON.parse(text) as DialSetting;
}
