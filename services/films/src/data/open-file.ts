import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { errorMessage } from '@caudal/common/errors';

/** Opens a file for reading, through gunzip if its name ends in `.gz`; the stream has the error of either. */
export function openFile(file: string): Readable {
  const input = createReadStream(file);
  // An error destroys both of them with it.
  return file.endsWith('.gz') ? pipeline(input, createGunzip(), () => undefined) : input;
}

/** Why a file cannot be read, as the end of a sentence that begins with its name. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = errorMessage(error);
  return code.startsWith('Z_') ? `the file is not compressed by gzip, or not whole (${reason})` : reason;
}
