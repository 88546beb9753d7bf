import type { IncomingHttpHeaders } from 'node:http';
import { ProblemError } from './problem.ts';
import { PROBLEMS } from './problems.ts';

/** Formats of a body: one JSON value, one JSON value per line, or a form's fields. */
const MEDIA_TYPES = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  form: 'application/x-www-form-urlencoded',
} as const;

/** Format of a body. */
export type BodyFormat = keyof typeof MEDIA_TYPES;

/** What a route takes. */
export interface BodyFormats<Format extends BodyFormat> {
  readonly formats: readonly Format[];
  /** Says in the problem which Content-Type to send, with what. */
  readonly advice: string;
}

const MEDIA_TYPE = /^([a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+)[ \t]*(?:;(.*))?$/;
const CHARSET = /(?:^|;)[ \t]*charset[ \t]*=[ \t]*("?)([^";,\s]*)\1[ \t]*(?=;|$)/;

/**
 * Reads Content-Type and Content-Encoding.
 * @throws ProblemError `unsupported-media-type` for anything but an uncompressed body in UTF-8 in one of the formats.
 */
export function bodyFormat<Format extends BodyFormat>(
  headers: IncomingHttpHeaders,
  { formats, advice }: BodyFormats<Format>,
): Format {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw unsupported('Compressed bodies are not supported. Send the body without Content-Encoding.', {
      'Accept-Encoding': 'identity',
    });
  }
  const contentType = headers['content-type'];
  // Most requests, without the expressions.
  if (contentType === MEDIA_TYPES.json) {
    const json = formats.find((each) => each === 'json');
    if (json !== undefined) return json;
  }
  const match = MEDIA_TYPE.exec(contentType?.trim().toLowerCase() ?? '');
  const format = formats.find((each) => each === formatOf(match?.[1] ?? ''));
  if (format === undefined) {
    throw unsupported(advice, { 'Accept-Post': formats.map((each) => MEDIA_TYPES[each]).join(', ') });
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
  for (const format of ['json', 'ndjson', 'form'] as const)
    if (mediaType === MEDIA_TYPES[format]) return format;
  return mediaType.startsWith('application/') && mediaType.endsWith('+json') ? 'json' : undefined;
}

function unsupported(detail: string, headers?: Readonly<Record<string, string>>): ProblemError {
  return new ProblemError(PROBLEMS['unsupported-media-type'], detail, headers && { headers });
}
