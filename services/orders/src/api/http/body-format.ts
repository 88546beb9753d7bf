import type { IncomingHttpHeaders } from 'node:http';
import { ProblemError } from '@caudal/common/http';
import { PROBLEMS } from '../problems.ts';

/** Format of a body: one JSON value, or one JSON value per line. */
export type BodyFormat = 'json' | 'ndjson';

const MEDIA_TYPE = /^([a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+)[ \t]*(?:;(.*))?$/;
const CHARSET = /(?:^|;)[ \t]*charset[ \t]*=[ \t]*("?)([^";,\s]*)\1[ \t]*(?=;|$)/;

/**
 * Reads Content-Type and Content-Encoding.
 * @throws ProblemError `unsupported-media-type` for anything but uncompressed UTF-8 JSON or NDJSON.
 */
export function bodyFormat(headers: IncomingHttpHeaders): BodyFormat {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw unsupported('Compressed bodies are not supported. Send the body without Content-Encoding.', {
      'Accept-Encoding': 'identity',
    });
  }
  const contentType = headers['content-type'];
  if (contentType === 'application/json') return 'json';
  const match = MEDIA_TYPE.exec(contentType?.trim().toLowerCase() ?? '');
  const format = match ? formatOf(match[1] ?? '') : undefined;
  if (!format) {
    throw unsupported(
      'Send Content-Type: application/json (or application/…+json) with one message or an array of them, or application/x-ndjson with one message per line.',
      { 'Accept-Post': 'application/json, application/x-ndjson' },
    );
  }
  const parameters = match?.[2] ?? '';
  const charset = CHARSET.exec(parameters)?.[2];
  const unreadable = charset === undefined && parameters.includes('charset');
  if (unreadable || (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')) {
    throw unsupported('Only charset utf-8 is supported.');
  }
  return format;
}

function formatOf(mediaType: string): BodyFormat | undefined {
  if (mediaType === 'application/json') return 'json';
  if (mediaType === 'application/x-ndjson') return 'ndjson';
  return mediaType.startsWith('application/') && mediaType.endsWith('+json') ? 'json' : undefined;
}

function unsupported(detail: string, headers?: Readonly<Record<string, string>>): ProblemError {
  return new ProblemError(PROBLEMS['unsupported-media-type'], detail, headers && { headers });
}
