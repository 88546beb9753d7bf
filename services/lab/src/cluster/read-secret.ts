import { errorMessage } from '@caudal/common/errors';
import { ExpectedError } from '../cli/run-command-line.ts';
import type { ClusterConnection } from './connection.ts';

/** Reference to a key of a Secret. */
export interface SecretKey {
  readonly name: string;
  readonly key: string;
}

/** Reads a key of a Secret. @param purpose begins the message of an error @throws ExpectedError when permission or key is missing */
export async function readSecretKey(
  { core }: Pick<ClusterConnection, 'core'>,
  namespace: string,
  { name, key }: SecretKey,
  purpose: string,
): Promise<string> {
  const { data } = await core.readNamespacedSecret({ namespace, name }).catch((error: unknown) => {
    throw new ExpectedError(`${purpose}: cannot read the Secret ${name}: ${reasonOf(error)}`, {
      cause: error,
    });
  });
  const value = data?.[key];
  if (value === undefined) throw new ExpectedError(`${purpose}: the Secret ${name} has no key ${key}`);
  return Buffer.from(value, 'base64').toString();
}

/** The API server's own words; the client's message is a dump of the response. */
export function reasonOf(error: unknown): string {
  const body = (error as { readonly body?: unknown }).body;
  try {
    const status = (typeof body === 'string' ? JSON.parse(body) : body) as { readonly message?: string };
    return status.message ?? errorMessage(error);
  } catch {
    return errorMessage(error);
  }
}
