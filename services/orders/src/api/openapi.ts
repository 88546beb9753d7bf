import { z } from 'zod';
import { gamesQuerySchema, gamesSchema } from './games/games-handler.ts';
import { orderRequestSchema } from './orders/order-request.ts';
import { acceptedStatusSchema, firstApiSchema, orderSchema } from './status/order-answer.ts';

/** Body of the 202 response to an order. */
export const acceptedSchema = z.strictObject({
  id: z
    .uuid()
    .meta({ description: 'Cannot be guessed: whoever has it sees the order, with a masked address.' }),
  estado: z.literal('aceptado'),
  url: z.string().meta({ description: 'Path of the order, as in Location.' }),
});

/** Body of an error response. */
export const problemSchema = z
  .strictObject({
    type: z.string().meta({ description: 'Identifies the kind of problem; constant.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What happened and how to fix it.' }),
    errors: z
      .array(
        z.strictObject({
          field: z.string().meta({ description: 'Empty when the problem concerns the whole request.' }),
          reason: z.string(),
        }),
      )
      .optional()
      .meta({ description: 'Problems of the fields.' }),
    position: z
      .int()
      .optional()
      .meta({ description: 'Position of the first JSON syntax error in the body.' }),
    brokers: z.array(z.string()).optional().meta({ description: 'Brokers that are down, full or silent.' }),
    estado: z.string().optional().meta({ description: 'State of an order that can no longer be cancelled.' }),
    state: z.string().optional().meta({ description: 'The same in English.' }),
  })
  .meta({ description: 'A problem document (RFC 9457).' });

type Json = Readonly<Record<string, unknown>>;

const schemaOf = (schema: z.ZodType, io: 'input' | 'output' = 'output'): Json => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
};
const refer = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: Json, type = 'application/json') => ({ content: { [type]: { schema } } });
const problem = (description: string) => ({
  description,
  ...json(refer('Problem'), 'application/problem+json'),
});
const headerOf = (description: string) => ({ description, schema: { type: 'string' } });
const later = (description: string) => ({
  ...problem(description),
  headers: { 'Retry-After': headerOf('Seconds to wait before a retry.') },
});

const AWAY = later('The database or the log of orders does not answer.');
const ABSENT = problem(
  'There is no such order: everything that was accepted before the request has been looked at. The same for an id that never existed, and for an order that has expired.',
);
const MAYBE = {
  description: 'It may have been accepted, and is not taken in yet.',
  headers: { 'Retry-After': headerOf('Seconds to wait before a retry.') },
  ...json(refer('AcceptedStatus')),
};
const CALLER = [{}, { apiKey: [] }, { bearer: [] }];
const ID = { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } };
const ORDER_HEADERS = [
  {
    name: 'Idempotency-Key',
    in: 'header',
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
    description:
      'Makes retries safe: the same order by the same caller under the same key is one order, whichever process takes it. Another order under a used key is refused where this is noticed (422), and otherwise another order.',
  },
];
const ORDERED = {
  400: problem('Invalid order; nothing was ordered.'),
  401: problem('Missing or invalid API key.'),
  408: problem('The request was not received in time.'),
  413: problem('The body is too large; nothing was ordered.'),
  415: problem('The body is compressed or of another type.'),
  422: problem('The Idempotency-Key was used for another order; nothing was ordered.'),
  429: later('Too many requests from this caller.'),
  502: problem('The broker rejected the order permanently.'),
  503: later(
    'Overloaded or broker unavailable (nothing was ordered), or not confirmed in time (outcome unknown: retry with the same Idempotency-Key).',
  ),
};
const LOCATION = { Location: headerOf('Path of the order.') };

/** Builds the OpenAPI document from the schemas used for validation. */
export function createOpenApiDocument() {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Caudal orders API',
      version: '1',
      description:
        'A shop: an order goes through recibido, preparando, entregando and finalizado, each once and in order, with a mail for each. Answers show masked addresses only.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths: {
      '/orders': {
        post: {
          operationId: 'postOrder',
          summary: 'Order a game',
          description: 'Responds with 202 when the log has the order durably.',
          security: CALLER,
          parameters: ORDER_HEADERS,
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: refer('OrderRequest'),
                example: { row: 87, email: 'ana@example.com', language: 'es' },
              },
            },
          },
          responses: {
            202: { description: 'Accepted.', headers: LOCATION, ...json(refer('Accepted')) },
            ...ORDERED,
          },
        },
      },
      '/orders/{id}': {
        parameters: [ID],
        get: {
          operationId: 'getOrder',
          summary: 'State, history and mails of an order',
          responses: {
            200: { description: 'The order.', ...json(refer('Order')) },
            202: MAYBE,
            404: ABSENT,
            503: AWAY,
          },
        },
      },
      '/orders/{id}/events': {
        parameters: [ID],
        get: {
          operationId: 'watchOrder',
          summary: 'Changes of an order as server-sent events',
          description:
            'The event `order` has the whole order: as it stands, and after each change. The stream ends after the last state and its mail, or a minute after the last state; the last event has the id `end`.',
          responses: {
            200: { description: 'Data of the event `order`.', ...json(refer('Order'), 'text/event-stream') },
            204: { description: 'Nothing comes after the event that Last-Event-ID names.' },
            404: ABSENT,
            503: later('Too many clients, or the database or the log of orders does not answer.'),
          },
        },
      },
      '/orders/{id}/cancel': {
        parameters: [ID],
        post: {
          operationId: 'cancelOrder',
          summary: 'Cancel an order that is not being prepared yet',
          security: CALLER,
          responses: {
            200: { description: 'It is cancelled, now or before.', ...json(refer('Order')) },
            401: problem('Missing or invalid API key.'),
            404: ABSENT,
            409: problem('It is being prepared already, or has gone further.'),
            429: later('Too many requests from this caller.'),
            503: later('It is not taken in yet, or the database does not answer; a cancel can be repeated.'),
          },
        },
      },
      '/games': {
        get: {
          operationId: 'findGames',
          summary: 'Games by name',
          parameters: Object.entries(schemaOf(gamesQuerySchema, 'input').properties as Json).map(
            ([name, schema]) => ({ name, in: 'query', schema }),
          ),
          responses: {
            200: { description: 'A page of games.', ...json(refer('Games')) },
            400: problem('Invalid query.'),
          },
        },
      },
      '/': {
        post: {
          operationId: 'postForm',
          summary: "Order the game of a row, as in the shop's first API",
          security: CALLER,
          parameters: ORDER_HEADERS,
          requestBody: {
            required: true,
            content: {
              'application/x-www-form-urlencoded': {
                schema: {
                  type: 'object',
                  properties: {
                    value: { type: 'integer', minimum: 1, description: 'Row of the catalogue.' },
                  },
                  required: ['value'],
                  additionalProperties: false,
                },
                example: { value: 87 },
              },
            },
          },
          responses: {
            202: {
              description: 'Accepted.',
              headers: LOCATION,
              content: { 'text/plain': { schema: { type: 'string', const: 'Transaccion enviada!' } } },
            },
            ...ORDERED,
          },
        },
        get: {
          operationId: 'getOrderByNumber',
          summary: "The page; with value, the order of a number, as in the shop's first API",
          parameters: [{ name: 'value', in: 'query', schema: { type: 'integer', minimum: 1 } }],
          responses: {
            200: {
              description: 'The order, or the page.',
              ...json(refer('FirstApiOrder')),
            },
            202: { ...MAYBE, ...json({ type: 'object' }) },
            400: problem('`value` is not valid.'),
            404: ABSENT,
            503: AWAY,
          },
        },
      },
    },
    components: {
      schemas: {
        OrderRequest: schemaOf(orderRequestSchema, 'input'),
        Accepted: schemaOf(acceptedSchema),
        Order: schemaOf(orderSchema),
        AcceptedStatus: schemaOf(acceptedStatusSchema),
        Games: schemaOf(gamesSchema),
        FirstApiOrder: schemaOf(firstApiSchema),
        Problem: schemaOf(problemSchema),
      },
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
    },
  };
}
