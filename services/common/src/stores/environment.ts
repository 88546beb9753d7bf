import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { milliseconds, url } from '../config/fields.ts';
import type { parseConfig } from '../config/parse-config.ts';
import { errorMessage } from '../errors.ts';
import { schemaNameOf } from './schema-name.ts';
import type { StoreSettings } from './settings.ts';
import { isStoreName, STORE_NAMES, STORES } from './store-kinds.ts';

/** A URL that the store accepts; of any store if there is none of that name. */
export function storeUrl(store: string | undefined) {
  const names = isStoreName(store) ? [store] : STORE_NAMES;
  return url(...new Set(names.flatMap((name) => STORES[name].urlSchemes))).superRefine((value, context) => {
    if (!isStoreName(store) || !URL.canParse(value)) return;
    const address = new URL(value);
    // Of another store's URL it is enough to know that it is one.
    if (!STORES[store].urlSchemes.includes(address.protocol.slice(0, -1))) return;
    const problem = STORES[store].problemOfUrl?.(address);
    if (problem !== undefined) context.addIssue(problem);
  });
}

/** A key prefix; of a store with schemas, one that a schema can be named after. */
function keyPrefix(store: string | undefined) {
  return z
    .string()
    .max(64)
    .superRefine((value, context) => {
      if (!isStoreName(store) || !STORES[store].hasSchemas) return;
      try {
        schemaNameOf(value);
      } catch (error) {
        context.addIssue(errorMessage(error));
      }
    })
    .default('');
}

/** Environment variables of the connection to a store. */
export function storeShape(store: string | undefined) {
  return {
    STORE_URL: storeUrl(store),
    STORE_USERNAME: z.string().optional(),
    STORE_PASSWORD: z.string().optional(),
    STORE_CA_FILE: z.string().optional(),
    STORE_KEY_PREFIX: keyPrefix(store),
    STORE_COMMAND_TIMEOUT_MS: milliseconds(5_000),
    STORE_SCHEMA: z.enum(['create', 'check']).default('create'),
  };
}

type StoreEnvironment = ReturnType<typeof parseConfig<ReturnType<typeof storeShape>>>;

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
    schema: environment.STORE_SCHEMA,
  };
}
