import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';

/** Waits until the large light is in a state; fails with the state it is in. */
export async function untilLight(page: Page, state: string, timeout = 20_000): Promise<void> {
  const light = page.getByTestId('light');
  try {
    await light.and(page.locator(`[data-state="${state}"]`)).waitFor({ timeout });
  } catch {
    assert.fail(`the light is not ${state} but: ${await light.innerText()}`);
  }
}
