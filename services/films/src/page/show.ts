import { ProblemError } from '@caudal/common/http';
import type { Request } from 'express';
import type { PageContent } from './template.ts';

/** A page that is shown, without its place. */
export type Shown = Omit<PageContent, 'root'>;

/** Parameters of a request's URL that have these names. Empty ones are left out: a form sends them for empty fields. */
export function parametersOf(
  request: Pick<Request, 'originalUrl'>,
  names: readonly string[],
): URLSearchParams {
  const url = request.originalUrl;
  const place = url.indexOf('?');
  const given = new URLSearchParams(place < 0 ? '' : url.slice(place));
  return new URLSearchParams(
    Array.from(given).filter(([name, value]) => names.includes(name) && value !== ''),
  );
}

/** Undefined where a question was refused: a page can do without this answer. Other errors are thrown. */
export async function answerOrNone<Answer>(question: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await question;
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}
