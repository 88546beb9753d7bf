import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorMessage } from '@caudal/common/errors';
import { type IndexEntry, type ListQuery, MailIndex } from './mail-index.ts';
import { decodeMailLine, encodeMailLine, type ReceivedMail } from './mail-line.ts';

/** There is no room for the mail, or it could not be written: nothing of it is in the file. */
export class NotStoredError extends Error {}

/** Options of {@link MailFile.open}. */
export interface MailFileOptions {
  readonly path: string;
  /** Nothing is appended above this size, bytes. */
  readonly maxBytes: number;
  /** Called when it is unknown what is on disk: the process should exit, and look again when it starts. */
  readonly onFatal: (error: unknown) => void;
}

interface Waiting {
  readonly mail: ReceivedMail;
  readonly line: Buffer;
  readonly resolve: (entry: IndexEntry) => void;
  readonly reject: (error: Error) => void;
}

const LINE_FEED = 0x0a;
const CHUNK_BYTES = 1 << 20;

/**
 * Mails in a file, a line each, in order of arrival. A mail is on disk before {@link append} resolves; what arrives while the disk
 * works is written together. One process has the file.
 */
export class MailFile {
  readonly #handle: FileHandle;
  readonly #options: MailFileOptions;
  readonly #index: MailIndex;
  #size: number;
  #waiting: readonly Waiting[] = [];
  #writing: Promise<void> | undefined;
  #isClosed = false;

  private constructor(handle: FileHandle, options: MailFileOptions, index: MailIndex, size: number) {
    this.#handle = handle;
    this.#options = options;
    this.#index = index;
    this.#size = size;
  }

  /**
   * Opens the file, makes it if there is none, and cuts off an incomplete last line: it was not acknowledged.
   * @throws Error that names the line that is not a mail
   */
  static async open(options: MailFileOptions): Promise<MailFile> {
    const { path } = options;
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      const index = new MailIndex();
      const size = await readLines(handle, (line, offset) => {
        try {
          const { raw: _, ...envelope } = decodeMailLine(line);
          index.add({ ...envelope, offset, length: line.length });
        } catch (error) {
          throw new Error(
            `line ${index.last + 1} of ${path} is not a mail: ${errorMessage(error)}; move the file away`,
          );
        }
      });
      await handle.truncate(size);
      await handle.datasync();
      await syncDirectory(dirname(path));
      return new MailFile(handle, options, index, size);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Number of mails. */
  get mails(): number {
    return this.#index.last;
  }

  /**
   * Appends a mail; resolves when it is on disk.
   * @throws NotStoredError if there is no room for it
   */
  append(mail: ReceivedMail): Promise<IndexEntry> {
    const { promise, resolve, reject } = Promise.withResolvers<IndexEntry>();
    if (this.#isClosed) return Promise.reject(new NotStoredError('the mailbox is closing'));
    this.#waiting = [...this.#waiting, { mail, line: encodeMailLine(mail), resolve, reject }];
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    return promise;
  }

  /** Lists mails. */
  list(query: ListQuery): readonly IndexEntry[] {
    return this.#index.list(query);
  }

  /** Reads a mail; undefined if there is none of that number, or it is too old to be in the index. */
  async read(n: number): Promise<(ReceivedMail & { readonly n: number }) | undefined> {
    const entry = this.#index.get(n);
    if (entry === undefined) return undefined;
    const { buffer } = await this.#handle.read(Buffer.alloc(entry.length), 0, entry.length, entry.offset);
    return { n, ...decodeMailLine(buffer) };
  }

  /** Writes what is waiting, then closes the file. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#writing;
    await this.#handle.close();
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      await this.#writeGroup(group);
    }
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    const fitting = this.#refuseSurplus(group);
    if (fitting.length === 0) return;
    const bytes = Buffer.concat(fitting.map(({ line }) => line));
    try {
      await writeFully(this.#handle, bytes, this.#size);
    } catch (error) {
      await this.#takeBack(fitting, error);
      return;
    }
    try {
      await this.#handle.datasync();
    } catch (error) {
      // The kernel may have dropped what it could not write: what the file contains is unknown from here on.
      this.#isClosed = true;
      refuse(fitting, error);
      this.#options.onFatal(error);
      return;
    }
    for (const { mail, line, resolve } of fitting) {
      const { raw: _, ...envelope } = mail;
      const length = line.length - 1;
      resolve(this.#index.add({ ...envelope, offset: this.#size, length }));
      this.#size += line.length;
    }
  }

  #refuseSurplus(group: readonly Waiting[]): readonly Waiting[] {
    let size = this.#size;
    return group.filter((waiting) => {
      if (size + waiting.line.length > this.#options.maxBytes) {
        waiting.reject(new NotStoredError('the mailbox is full'));
        return false;
      }
      size += waiting.line.length;
      return true;
    });
  }

  /** Removes a part of a group that was written before the disk was full. */
  async #takeBack(group: readonly Waiting[], error: unknown): Promise<void> {
    try {
      await this.#handle.truncate(this.#size);
    } catch (truncateError) {
      this.#isClosed = true;
      this.#options.onFatal(truncateError);
    }
    refuse(group, error);
  }
}

function refuse(group: readonly Waiting[], error: unknown): void {
  for (const { reject } of group) reject(new NotStoredError(errorMessage(error), { cause: error }));
}

async function writeFully(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}

/** Reads complete lines; returns the size of the file up to the end of the last one. */
async function readLines(
  handle: FileHandle,
  onLine: (line: Buffer, offset: number) => void,
): Promise<number> {
  let rest: Buffer = Buffer.alloc(0);
  let restOffset = 0;
  for (;;) {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    const { bytesRead } = await handle.read(chunk, 0, CHUNK_BYTES, restOffset + rest.length);
    if (bytesRead === 0) return restOffset;
    const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      onLine(bytes.subarray(start, end), restOffset + start);
      start = end + 1;
    }
    rest = bytes.subarray(start);
    restOffset += start;
  }
}

/** A new file is on disk with its directory's entry. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
