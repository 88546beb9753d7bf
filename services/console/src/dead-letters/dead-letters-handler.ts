import { errorMessage } from '@caudal/common/errors';
import { ProblemError } from '@caudal/common/http';
import type { DeadLetterReader } from '@caudal/common/messaging';
import type { RequestHandler } from 'express';
import { PROBLEMS } from '../http/problems.ts';
import type { DeadLetters } from '../schemas.ts';

const SHOWN = 50;
const RETRY_SECONDS = 2;

/** Handles `GET /api/dead-letters`. @param readers by lane; undefined where looking would be taking */
export function deadLettersHandler(
  readers: ReadonlyMap<string, DeadLetterReader | undefined>,
): RequestHandler {
  return async (request, response) => {
    const { lane } = request.query;
    if (typeof lane !== 'string' || !readers.has(lane)) {
      const names = [...readers.keys()].join(', ');
      throw new ProblemError(PROBLEMS['bad-request'], `lane: must be one of ${names}`);
    }
    const reader = readers.get(lane);
    if (reader === undefined) {
      const note = 'a queue counts every look as a delivery, so the console does not look: see the runbook';
      response.json({ lane, letters: [], note } satisfies DeadLetters);
      return;
    }
    try {
      const letters = (await reader.newest(SHOWN)).map((letter) => ({ ...letter }));
      response.json({ lane, letters } satisfies DeadLetters);
    } catch (error) {
      throw new ProblemError(PROBLEMS['log-unavailable'], errorMessage(error), {
        retryAfterSeconds: RETRY_SECONDS,
      });
    }
  };
}
