import { AppError, errorMessage } from '@caudal/common/errors';
import { openEventStream, ProblemError } from '@caudal/common/http';
import type { Request, RequestHandler, Response } from 'express';
import { CANCELLED, RECEIVED, STATES } from '../../domain/state.ts';
import { isOrderId } from '../orders/order-id.ts';
import { PROBLEMS } from '../problems.ts';
import type { FindOrder, Found } from './find-order.ts';
import { ACCEPTED, firstApiAnswer, orderAnswer } from './order-answer.ts';
import type { OrderStatuses } from './order-statuses.ts';
import { LAST_EVENT_ID, type WatchHub } from './watch-hub.ts';

/** Dependencies of the handlers. */
export interface StatusAccess {
  readonly findOrder: FindOrder;
  readonly statuses: Pick<OrderStatuses, 'cancel'>;
  readonly hub: WatchHub;
}

const RETRY_SECONDS = 1;
const RETRY_FULL_SECONDS = 10;

/** Handles `GET /orders/{id}`. */
export function statusHandler({ findOrder }: StatusAccess): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const id = idOf(request);
    const found = await available(findOrder.byId(id));
    if (found.kind === 'order') response.json(orderAnswer(found.order));
    else answerMiss(found, id, response);
  };
}

/** Handles `GET /orders/{id}/events`. */
export function eventsHandler({ findOrder, hub }: StatusAccess): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const id = idOf(request);
    // All that a browser has to hear so that it does not connect again.
    if (request.get('Last-Event-ID') === LAST_EVENT_ID) {
      response.status(204).end();
      return;
    }
    const assertRoom = () => {
      if (hub.isFull)
        throw new ProblemError(PROBLEMS['too-many-clients'], `${hub.clients} clients watch already.`, {
          retryAfterSeconds: RETRY_FULL_SECONDS,
        });
    };
    assertRoom();
    const found = await available(findOrder.byId(id));
    if (found.kind === 'absent') throw noSuchOrder();
    assertRoom();
    const stream = openEventStream(request, response);
    if (stream) hub.watch(id, found.kind === 'order' ? found.order : undefined, stream);
  };
}

/** Handles `POST /orders/{id}/cancel`. */
export function cancelHandler({ findOrder, statuses }: StatusAccess): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const id = idOf(request);
    const state = await available(statuses.cancel(id));
    const found = await available(findOrder.byId(id));
    if (found.kind === 'absent') throw noSuchOrder();
    if (state === undefined || found.kind !== 'order')
      throw new ProblemError(
        PROBLEMS['not-taken-in'],
        'The order may have been accepted and is not taken in yet, so it cannot be cancelled now. Nothing was done; retry in a moment.',
        { retryAfterSeconds: RETRY_SECONDS },
      );
    if (state !== CANCELLED) {
      const [now, first] = [STATES[state], STATES[RECEIVED]];
      throw new ProblemError(
        PROBLEMS['too-late-to-cancel'],
        `The order is ${now.estado} (${now.state}). It could be cancelled while it was ${first.estado} (${first.state}).`,
        { members: now },
      );
    }
    response.json(orderAnswer(found.order));
  };
}

const NUMBER = /^\d{1,15}$/;

/** Handles `GET /?value=1` as the shop's first API did: the order of a number. Without `value` it is not for this handler. */
export function firstApiHandler({ findOrder }: StatusAccess): RequestHandler {
  return async (request, response, next) => {
    const values = searchOf(request).getAll('value');
    const [value] = values;
    if (value === undefined) return next();
    if (values.length > 1 || !NUMBER.test(value) || Number(value) === 0)
      throw new ProblemError(
        PROBLEMS['invalid-query'],
        'value must be the number of one order: a whole number from 1, such as 1.',
        { members: { errors: [{ field: 'value', reason: 'must be the number of one order, from 1' }] } },
      );
    const found = await available(findOrder.byNumber(Number(value)));
    if (found.kind === 'order') response.json(firstApiAnswer(found.order));
    else answerMiss(found, undefined, response);
  };
}

/** The query of a request. */
export function searchOf(request: Request): URLSearchParams {
  return new URL(request.url, 'http://localhost').searchParams;
}

function idOf(request: Request<{ id: string }>): string {
  const id = request.params.id.toLowerCase();
  if (isOrderId(id)) return id;
  // What is not an id cannot be an order's.
  throw noSuchOrder();
}

function answerMiss(
  found: Exclude<Found, { kind: 'order' }>,
  id: string | undefined,
  response: Response,
): void {
  if (found.kind === 'absent') throw noSuchOrder();
  response
    .status(202)
    .set('Retry-After', String(RETRY_SECONDS))
    .json({ ...(id !== undefined && { id }), ...ACCEPTED });
}

/** The same whether it never existed, has expired, or what was asked for is no id. */
function noSuchOrder(): ProblemError {
  return new ProblemError(PROBLEMS['no-such-order'], 'There is no such order. Check its id.');
}

/** Says that the database or the log is away in the words of this API. */
async function available<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof AppError) || !error.retriable) throw error;
    const isStore = error.code.startsWith('STORE');
    throw new ProblemError(
      PROBLEMS['status-unavailable'],
      isStore
        ? 'The database of orders does not answer. Orders are accepted meanwhile; retry later.'
        : 'The log of orders does not answer, so that it is unknown whether there is such an order; retry later.',
      { retryAfterSeconds: RETRY_SECONDS, reasons: [errorMessage(error)] },
    );
  }
}
