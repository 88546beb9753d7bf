import { signal } from '@preact/signals';
import { api, ask } from './api.ts';

/** Address of the page with the mails; null if there is none. */
export const mailboxUrl = signal<string | null>(null);

/** Asks what this shop has. */
export async function readSettings(): Promise<void> {
  const answer = await ask<{ mailboxUrl: string | null }>(api('page.json'));
  if (answer.isOk) mailboxUrl.value = answer.body.mailboxUrl;
}
