import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorMessage } from '../errors.ts';
import type { Logger } from '../logging.ts';
import { createFailureLog } from './failure-log.ts';
import { ProblemError } from './problem.ts';
import { PROBLEMS } from './problems.ts';
import { ClientGoneError } from './read-body.ts';
import type { Responder } from './respond.ts';

/** Metrics status for a client that disconnected before its request was complete. */
const CLIENT_CLOSED_REQUEST = 499;

/** Responds to a failed request and returns the status for the metrics. `route` is the path's template. */
export type AnswerFailure = (
  request: IncomingMessage,
  response: ServerResponse,
  route: string,
  error: unknown,
) => number;

/**
 * Answers errors with problem documents and logs them, without what a client sent. What has already begun to be answered is cut off:
 * the client must not take it for complete.
 */
export function createAnswerFailure(responder: Responder, logger: Logger): AnswerFailure {
  // Separate limits: a flood of bad requests must not hide errors of the service.
  const logClientFailure = createFailureLog(logger);
  const logServerFailure = createFailureLog(logger);
  return (request, response, route, error) => {
    if (error instanceof ClientGoneError) return CLIENT_CLOSED_REQUEST;
    if (response.headersSent) {
      response.destroy();
      return response.statusCode;
    }
    const problem = toProblem(error);
    const requestId = responder.problem(request, response, problem);
    const logFailure = problem.status < 500 ? logClientFailure : logServerFailure;
    logFailure(
      {
        requestId,
        method: request.method,
        route,
        status: problem.status,
        problem: problem.problem,
        ...(problem.options.reasons && { reasons: problem.options.reasons }),
        ...(problem.problem === 'internal-error' && { err: error }),
      },
      'request failed',
    );
    return problem.status;
  };
}

/** Maps Express's own errors (an undecodable path, an unsatisfiable range) by their status. */
function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  if (status === 404 || status === 403) return new ProblemError(PROBLEMS['not-found'], 'File not found.');
  if (status >= 400 && status < 500) return new ProblemError(PROBLEMS['bad-request'], errorMessage(error));
  return new ProblemError(PROBLEMS['internal-error'], 'See the log entry with this request ID.');
}
