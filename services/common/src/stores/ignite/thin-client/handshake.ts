import { IgniteError, STATUS } from './ignite-error.ts';
import { PayloadReader } from './payload-reader.ts';
import { PayloadWriter } from './payload-writer.ts';

/** The version whose requests and answers this client writes and reads: the last one; later features have bits. */
const VERSION = [1, 7, 0] as const;
const HANDSHAKE = 1;
const THIN_CLIENT = 2;
/** The one feature asked for, number 2: cluster states besides active and inactive. */
const FEATURES = Buffer.of(1 << 2);

/** Who connects. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** The first frame of a connection; "Binary client protocol", section "Handshake". */
export function handshakeRequest(credentials: Credentials | undefined): Buffer {
  const writer = new PayloadWriter();
  writer.byte(HANDSHAKE);
  for (const part of VERSION) writer.short(part);
  writer.byte(THIN_CLIENT);
  writer.value(FEATURES);
  if (credentials !== undefined) {
    writer.value(credentials.user);
    writer.value(credentials.password);
  }
  return writer.bare();
}

/**
 * Reads the server's answer to the first frame.
 *
 * @throws IgniteError of kind `server` with the reason for which it refused
 */
export function readHandshakeAnswer(frame: Buffer): void {
  const reader = new PayloadReader(frame);
  if (reader.boolean()) return;
  const version = [reader.short(), reader.short(), reader.short()].join('.');
  const reason = reader.optionalString() ?? 'no reason given';
  const status = reader.int();
  const message =
    status === STATUS.authenticationFailed
      ? `the server refuses user or password: ${reason}`
      : `the server refuses protocol ${VERSION.join('.')} and offers ${version}: ${reason}`;
  throw new IgniteError('server', message, { status });
}
