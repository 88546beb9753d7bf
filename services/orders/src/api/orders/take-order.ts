import type { IncomingMessage } from 'node:http';
import {
  type ApiKeys,
  type ByteBudget,
  bodyFormat,
  bodyText,
  type KeyMemory,
  type LoadShedder,
  ProblemError,
  parseJson,
  type ReadBodyOptions,
  readBody,
  readIdempotencyKey,
} from '@caudal/common/http';
import type { OrderRecord } from '../../domain/records.ts';
import type { OrderMetrics } from '../metrics.ts';
import { PROBLEMS } from '../problems.ts';
import type { OrderIds } from './order-id.ts';
import type { RequestedOrder, RequestReader } from './order-request.ts';
import type { WriteOrder } from './write-order.ts';

/** Dependencies of {@link createTakeOrder}. */
export interface TakeOrderOptions {
  readonly apiKeys: ApiKeys;
  readonly loadShedder: LoadShedder;
  readonly byteBudget: ByteBudget;
  readonly maxBodyBytes: number;
  readonly keyMemory: KeyMemory;
  readonly orderIds: OrderIds;
  readonly requests: RequestReader;
  readonly writeOrder: WriteOrder;
  readonly metrics: OrderMetrics;
}

/** How the body of an order is written. */
export interface OrderFormat {
  /** @throws ProblemError `unsupported-media-type` */
  assertType(request: IncomingMessage): void;
  /** @throws ProblemError that says what is wrong with the body */
  read(body: Buffer, requests: RequestReader): RequestedOrder;
}

/**
 * Accepts one order: resolves with its id when the log has it, otherwise throws a ProblemError. Checks that do not need the body run
 * first.
 */
export function createTakeOrder(
  options: TakeOrderOptions,
  format: OrderFormat,
): (request: IncomingMessage) => Promise<string> {
  const { apiKeys, loadShedder, byteBudget, writeOrder, metrics } = options;
  const bodyOptions: ReadBodyOptions = {
    maxBytes: options.maxBodyBytes,
    budget: byteBudget,
    tooLarge: bodyTooLarge,
    noRoom: tooManyBodies,
  };

  const identify = (
    requested: RequestedOrder,
    caller: string,
    idempotencyKey: string | undefined,
  ): string => {
    const { game, email, language } = requested;
    if (idempotencyKey === undefined) return options.orderIds(undefined);
    const id = options.orderIds({ caller, idempotencyKey, gameId: game.id, email, language });
    // Last of all checks: nothing is written under the key of a refused request, so the key stays free.
    options.keyMemory.remember(caller, idempotencyKey, id);
    return id;
  };

  /** Everything up to the write. */
  const read = async (request: IncomingMessage): Promise<OrderRecord> => {
    loadShedder.assertCalm();
    const caller = apiKeys.authenticate(request);
    format.assertType(request);
    const idempotencyKey = readIdempotencyKey(request.headers['idempotency-key']);
    writeOrder.assertReady();
    const body = await readBody(request, bodyOptions);
    try {
      const requested = format.read(body, options.requests);
      writeOrder.assertReady();
      return toRecord(identify(requested, caller, idempotencyKey), requested);
    } finally {
      byteBudget.release(body.length);
    }
  };

  return async (request) => {
    let order: OrderRecord;
    try {
      order = await read(request);
    } catch (error) {
      metrics.ordered('refused');
      throw error;
    }
    try {
      await writeOrder.write(order);
    } catch (error) {
      metrics.ordered('unconfirmed');
      throw error;
    }
    metrics.ordered('accepted');
    return order.orderid;
  };
}

/** One order as a JSON object. */
export const JSON_FORMAT: OrderFormat = {
  assertType: (request) =>
    void bodyFormat(request.headers, {
      formats: ['json'],
      advice: 'Send Content-Type: application/json with one order.',
    }),
  read: (body, requests) => requests.fromJson(parseJson(bodyText(body))),
};

/** The form of the shop's first API. */
export const FORM_FORMAT: OrderFormat = {
  assertType: (request) =>
    void bodyFormat(request.headers, {
      formats: ['form'],
      advice: 'Send the form as application/x-www-form-urlencoded: value=87. POST /orders takes JSON.',
    }),
  read: (body, requests) => requests.fromForm(new URLSearchParams(bodyText(body))),
};

function toRecord(orderid: string, { game, email, language }: RequestedOrder): OrderRecord {
  const { id: gameid, row, name, priceCents } = game;
  return {
    version: 1,
    orderid,
    gameid,
    row,
    name,
    priceCents,
    usermail: email,
    language,
    acceptedAt: Date.now(),
  };
}

function bodyTooLarge(maxBytes: number): ProblemError {
  return new ProblemError(
    PROBLEMS['body-too-large'],
    `Maximum body size: ${maxBytes} bytes. An order is one small JSON object; nothing was ordered.`,
  );
}

function tooManyBodies(): ProblemError {
  return new ProblemError(PROBLEMS.overloaded, 'Too many request bodies in progress. Retry later.', {
    retryAfterSeconds: 1,
  });
}
