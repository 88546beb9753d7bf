import { isUtf8 } from 'node:buffer';
import { findJsonError } from './find-json-error.ts';
import { ProblemError } from './problem.ts';
import { PROBLEMS } from './problems.ts';

/** Decodes a body, without its byte order mark. @throws ProblemError `not-utf-8` */
export function bodyText(body: Buffer): string {
  if (!isUtf8(body)) throw new ProblemError(PROBLEMS['not-utf-8'], 'Encode the body in UTF-8.');
  const isMarked = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
  return body.toString('utf8', isMarked ? 3 : 0);
}

/** Parses JSON. @throws ProblemError `malformed-json` that says where */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const { position, line, column } = findJsonError(text);
    throw new ProblemError(
      PROBLEMS['malformed-json'],
      `Syntax error at position ${position} (line ${line}, column ${column}).`,
      { members: { position } },
    );
  }
}
