import type { RequestHandler } from 'express';
import { ProblemError } from './problem.ts';
import { PROBLEMS } from './problems.ts';

/** Answers `OPTIONS`, and refuses every other method with `method-not-allowed`; for `app.all` after a path's own handlers. */
export function refuseMethod(methods: readonly string[]): RequestHandler {
  const allow = [...methods, 'OPTIONS'].join(', ');
  return (request, response) => {
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { Allow: allow }).end();
      return;
    }
    throw new ProblemError(PROBLEMS['method-not-allowed'], `Allowed methods: ${allow}.`, {
      headers: { Allow: allow },
    });
  };
}
