import { randomBytes, timingSafeEqual } from 'node:crypto';
import { errorMessage } from '@caudal/common/errors';
import { ProblemError } from '@caudal/common/http';
import type { Logger } from '@caudal/common/logging';
import express, { type Request, type RequestHandler, Router } from 'express';
import { PROBLEMS } from '../http/problems.ts';
import { MAX_REPLICAS, type Scale, type Scaled, scaleRequestSchema } from '../schemas.ts';
import type { ScaleAccess, Scaler } from './scaler.ts';

const MAX_BODY_BYTES = 1_024;

/**
 * Handles `/api/scale`. There is no login: a page of another origin can neither read the token, because nothing here
 * allows it to read an answer, nor send the header without being allowed to.
 */
export function scaleRouter(access: ScaleAccess, logger: Logger, refuse: RequestHandler): Router {
  const token = randomBytes(24).toString('base64url');
  const router = Router({ caseSensitive: true });
  router
    .route('/api/scale')
    .get(async (_request, response) => {
      response.json(await describe(access, token));
    })
    .post(checkRight(access, token), express.json({ limit: MAX_BODY_BYTES }), async (request, response) => {
      if (!('scaler' in access)) return;
      const { lane, replicas } = readRequest(request, access.scaler);
      const { scaler } = access;
      try {
        const from = (await scaler.replicas())[lane] ?? 0;
        await scaler.scale(lane, replicas);
        logger.info({ lane, from, replicas }, 'scaled by the page');
        response.json({ lane, from, replicas } satisfies Scaled);
      } catch (error) {
        throw new ProblemError(PROBLEMS['scale-refused'], errorMessage(error));
      }
    })
    .all(refuse);
  return router;
}

async function describe(access: ScaleAccess, token: string): Promise<Scale> {
  const none = { max: MAX_REPLICAS, replicas: {} };
  if ('reason' in access) return { enabled: false, reason: access.reason, ...none };
  try {
    return { enabled: true, token, max: MAX_REPLICAS, replicas: { ...(await access.scaler.replicas()) } };
  } catch (error) {
    return { enabled: false, reason: errorMessage(error), ...none };
  }
}

/** Before the body is read. */
function checkRight(access: ScaleAccess, token: string): RequestHandler {
  return (request, _response, next) => {
    if ('reason' in access) throw forbidden(`The console may not scale: ${access.reason}.`);
    if (!isSameOrigin(request)) throw forbidden('Only the page of this console may scale.');
    if (!isEqual(request.get('Caudal-Token') ?? '', token)) {
      throw forbidden(
        'Caudal-Token: send the token of GET /api/scale, which changes when the console starts.',
      );
    }
    if (!request.is('application/json')) {
      throw new ProblemError(PROBLEMS['unsupported-media-type'], 'Send JSON as application/json.');
    }
    next();
  };
}

/** Whether no browser says that the request is from elsewhere. */
function isSameOrigin(request: Request): boolean {
  const site = request.get('Sec-Fetch-Site');
  if (site !== undefined && site !== 'same-origin') return false;
  const origin = request.get('Origin');
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === request.get('Host');
}

function readRequest(request: Request, scaler: Scaler): { readonly lane: string; readonly replicas: number } {
  const parsed = scaleRequestSchema.safeParse(request.body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join('.') || 'body';
    throw new ProblemError(
      PROBLEMS['bad-request'],
      `${field}: ${issue?.message ?? 'is not valid'}; send a lane and replicas from 0 to ${MAX_REPLICAS}`,
    );
  }
  if (scaler.lanes.includes(parsed.data.lane)) return parsed.data;
  throw new ProblemError(PROBLEMS['bad-request'], `lane: must be one of ${scaler.lanes.join(', ')}`);
}

function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function forbidden(detail: string): ProblemError {
  return new ProblemError(PROBLEMS.forbidden, detail);
}
