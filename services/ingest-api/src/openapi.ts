import { OpenAPIRegistry, OpenApiGeneratorV31, type ResponseConfig } from '@asteasolutions/zod-to-openapi';
import { IDEMPOTENCY_KEY } from '@caudal/common/http';
import { defaultLanes } from '@caudal/common/lanes';
import { MAX_MESSAGES_PER_REQUEST, messageSchema } from '@caudal/common/message';
import { BROKERS } from '@caudal/common/messaging';
import { STORES } from '@caudal/common/stores';
import { z } from 'zod';
import { MAX_LISTED_PROBLEMS } from './messages/item-problems.ts';

const LANES = defaultLanes()
  .map(({ broker, store }) => `${BROKERS[broker].title} to ${STORES[store].title}`)
  .join(', ');

type OpenApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>;

const { description, country, weather } = messageSchema.shape;
const EXAMPLE = { description: 'Sol y viento ☀️', country: 'ES', weather: 'sunny' };

const message = z
  .strictObject({
    description: description.meta({ description: 'Free text.' }),
    country: country.meta({
      description:
        'ISO 3166-1 alpha-2 or alpha-3 code, or the English or Spanish name; stored as the alpha-2 code.',
    }),
    weather: weather.meta({ description: 'Weather condition.' }),
  })
  .meta({ id: 'Message', examples: [EXAMPLE] });

/** Body of a 202 response. */
export const acceptedSchema = z
  .strictObject({
    accepted: z
      .int()
      .min(1)
      .max(MAX_MESSAGES_PER_REQUEST)
      .meta({ description: 'Number of accepted messages.' }),
    first: z
      .strictObject({
        producer: z
          .string()
          .optional()
          .meta({ description: 'ID of the ingest process, when no key was sent.' }),
        key: z.string().optional().meta({ description: 'Digest of caller, Idempotency-Key and messages.' }),
        sequence: z.int().min(0),
      })
      .meta({
        description: 'Identity of the first message; the sequence increments for each following message.',
      }),
  })
  .meta({ id: 'Accepted' });

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
          index: z.int().min(0).meta({ description: "The message's index in the request, from 0." }),
          field: z.string().meta({ description: 'Empty when the problem concerns the whole message.' }),
          reason: z.string(),
        }),
      )
      .max(MAX_LISTED_PROBLEMS)
      .optional()
      .meta({ description: 'Problems of the messages.' }),
    omittedErrors: z
      .int()
      .min(1)
      .optional()
      .meta({ description: 'Number of problems not listed in "errors".' }),
    position: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'Position of the first JSON syntax error in the body.' }),
    brokers: z
      .array(z.string())
      .optional()
      .meta({ description: 'Brokers that are down, full, silent or rejected a message.' }),
  })
  .meta({ id: 'Problem', description: 'A problem document (RFC 9457).' });

const RESPONSES: Readonly<Record<number, ResponseConfig>> = {
  202: {
    description: 'Accepted: both brokers have confirmed every message, and all of them will be stored.',
    content: { 'application/json': { schema: acceptedSchema } },
  },
  400: problem('Invalid request; nothing was accepted.'),
  401: problem('Missing or invalid API key.', { 'WWW-Authenticate': header('Authentication schemes.') }),
  408: problem('The request was not received in time.'),
  413: problem('The body or one of its messages is too large; nothing was published.'),
  415: problem('The body is compressed or not UTF-8 JSON or NDJSON.'),
  422: problem('The Idempotency-Key was used with other messages; nothing was accepted.'),
  429: problem('Too many requests from this caller.', retryAfter()),
  502: problem('A broker rejected a message permanently; the outcome of the others is unknown.'),
  503: problem(
    'Overloaded or broker unavailable (nothing was published), or not confirmed in time (outcome unknown: retry with the same Idempotency-Key).',
    retryAfter(),
  ),
};

/** Builds the OpenAPI document from the schemas used for validation. */
export function createOpenApiDocument(): OpenApiDocument {
  const registry = new OpenAPIRegistry();
  const apiKey = registry.registerComponent('securitySchemes', 'apiKey', {
    type: 'apiKey',
    in: 'header',
    name: 'X-API-Key',
  });
  const bearer = registry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  for (const path of ['/messages', '/process']) {
    registry.registerPath({
      method: 'post',
      path,
      operationId: path === '/messages' ? 'postMessages' : 'process',
      summary: path === '/messages' ? 'Send messages' : 'Send messages (legacy alias of /messages)',
      description:
        'Responds with 202 after both brokers have confirmed every message. Accepts all messages of a request or none.',
      tags: ['messages'],
      security: [{}, { [apiKey.name]: [] }, { [bearer.name]: [] }],
      request: {
        headers: z.object({
          'Idempotency-Key': z.string().regex(IDEMPOTENCY_KEY).optional().meta({
            description:
              'Makes retries safe: messages repeated by the same caller under the same key are stored once. Use a new key for new messages.',
          }),
          'X-Request-Id': z
            .string()
            .optional()
            .meta({ description: 'Returned in the response and written to the log.' }),
        }),
        body: {
          required: true,
          content: {
            'application/json': {
              schema: z.union([message, z.array(message).min(1).max(MAX_MESSAGES_PER_REQUEST)]),
              example: EXAMPLE,
            },
            'application/x-ndjson': {
              schema: z.string().meta({
                description: `One message per line, 1 to ${MAX_MESSAGES_PER_REQUEST} messages; empty lines are ignored.`,
              }),
              example: `${JSON.stringify(EXAMPLE)}\n${JSON.stringify({ ...EXAMPLE, country: 'México' })}\n`,
            },
          },
        },
      },
      responses: RESPONSES,
    });
  }
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Caudal ingest API',
      version: '1',
      description: `Accepts messages and publishes each to every lane: ${LANES}.`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
  });
}

type Headers = Record<string, { readonly description: string; readonly schema: { readonly type: 'string' } }>;

function problem(text: string, headers?: Headers): ResponseConfig {
  return {
    description: text,
    content: { 'application/problem+json': { schema: problemSchema } },
    ...(headers && { headers }),
  };
}

function retryAfter(): Headers {
  return { 'Retry-After': header('Seconds to wait before a retry.') };
}

function header(text: string): Headers[string] {
  return { description: text, schema: { type: 'string' } };
}
