import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { StoreSettings } from '../stores/settings.ts';
import { milliseconds, url } from './fields.ts';
import type { parseConfig } from './parse-config.ts';

/** Environment variables of the store connection. */
export const storeShape = {
  STORE_URL: url('redis', 'rediss'),
  STORE_USERNAME: z.string().optional(),
  STORE_PASSWORD: z.string().optional(),
  STORE_CA_FILE: z.string().optional(),
  STORE_KEY_PREFIX: z.string().max(64).default(''),
  STORE_COMMAND_TIMEOUT_MS: milliseconds(5_000),
};

type StoreEnvironment = ReturnType<typeof parseConfig<typeof storeShape>>;

/** Converts the parsed variables to store settings; a separate user name and password override those in the URL. */
export function storeSettings(environment: StoreEnvironment, clientName: string): StoreSettings {
  const url = new URL(environment.STORE_URL);
  if (environment.STORE_USERNAME) url.username = encodeURIComponent(environment.STORE_USERNAME);
  if (environment.STORE_PASSWORD) url.password = encodeURIComponent(environment.STORE_PASSWORD);
  return {
    clientName,
    url: url.href,
    ca: environment.STORE_CA_FILE ? readFileSync(environment.STORE_CA_FILE, 'utf8') : undefined,
    keyPrefix: environment.STORE_KEY_PREFIX,
    commandTimeoutMs: environment.STORE_COMMAND_TIMEOUT_MS,
  };
}
