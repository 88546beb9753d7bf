import { randomBytes } from 'node:crypto';

/** A password or other secret of 36 hexadecimal digits, which needs no escaping in a URL or a configuration file. */
export function createSecret(): string {
  return randomBytes(18).toString('hex');
}
