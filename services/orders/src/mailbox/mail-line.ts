import { z } from 'zod';

/** Who a mail came from and for whom it is, as in SMTP's envelope, and when it came: all but its text. */
export interface Envelope {
  /** ms since the epoch. */
  readonly at: number;
  /** Empty for the null sender. */
  readonly from: string;
  readonly to: readonly string[];
}

/** A mail as it was received. */
export interface ReceivedMail extends Envelope {
  readonly raw: Buffer;
}

const LINE = z.object({
  at: z.number(),
  from: z.string(),
  to: z.array(z.string()),
  raw: z.base64(),
});

/** Encodes a mail as a line of the file, with its line feed. */
export function encodeMailLine({ at, from, to, raw }: ReceivedMail): Buffer {
  return Buffer.from(`${JSON.stringify({ at, from, to, raw: raw.toString('base64') })}\n`);
}

/** Decodes a line of the file. @throws an error if it is not {@link encodeMailLine}'s */
export function decodeMailLine(line: Buffer): ReceivedMail {
  const { raw, ...envelope } = LINE.parse(JSON.parse(line.toString()));
  return { ...envelope, raw: Buffer.from(raw, 'base64') };
}
