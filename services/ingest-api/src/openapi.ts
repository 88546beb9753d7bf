import { OpenAPIRegistry, OpenApiGeneratorV31, type ResponseConfig } from '@asteasolutions/zod-to-openapi';
import { MAX_MESSAGES_PER_REQUEST, messageSchema } from '@caudal/common/message';
import { z } from 'zod';
import { IDEMPOTENCY_KEY } from './messages/identify.ts';
import { MAX_LISTED_PROBLEMS } from './messages/item-problems.ts';

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
    weather: weather.meta({ description: 'A word for the weather.' }),
  })
  .meta({ id: 'Message', examples: [EXAMPLE] });

/** What a 202 says. */
export const acceptedSchema = z
  .strictObject({
    accepted: z.int().min(1).max(MAX_MESSAGES_PER_REQUEST).meta({ description: 'Messages taken.' }),
    first: z
      .strictObject({
        producer: z
          .string()
          .optional()
          .meta({ description: 'The process that took them in; no key was sent.' }),
        key: z.string().optional().meta({ description: 'Digest of caller, Idempotency-Key and messages.' }),
        sequence: z.int().min(0),
      })
      .meta({ description: 'Identity of the first message; the others count up from its sequence.' }),
  })
  .meta({ id: 'Accepted' });

/** What every failed request is answered with. */
export const problemSchema = z
  .strictObject({
    type: z.string().meta({ description: 'Names the kind of problem; does not change.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What happened and how to put it right.' }),
    errors: z
      .array(
        z.strictObject({
          index: z.int().min(0).meta({ description: "The message's place in the request, from 0." }),
          field: z.string().meta({ description: 'Empty where the message as a whole is meant.' }),
          reason: z.string(),
        }),
      )
      .max(MAX_LISTED_PROBLEMS)
      .optional()
      .meta({ description: 'What is wrong with the messages.' }),
    omittedErrors: z.int().min(1).optional().meta({ description: 'Problems that "errors" leaves out.' }),
    position: z.int().min(0).optional().meta({ description: 'Where the body stops being JSON.' }),
    brokers: z
      .array(z.string())
      .optional()
      .meta({ description: 'Brokers that are down, full or silent, or that refuse a message.' }),
  })
  .meta({ id: 'Problem', description: 'A problem document (RFC 9457).' });

const RESPONSES: Readonly<Record<number, ResponseConfig>> = {
  202: {
    description: 'Both brokers have confirmed every message: they will be stored.',
    content: { 'application/json': { schema: acceptedSchema } },
  },
  400: problem('Something in the request is not valid; nothing of it was accepted.'),
  401: problem('No valid API key.', { 'WWW-Authenticate': header('How to authenticate.') }),
  408: problem('The request took too long to arrive.'),
  413: problem('The body, or a message in it, is too large; nothing was published.'),
  415: problem('Not UTF-8 JSON or NDJSON, or compressed.'),
  422: problem('The Idempotency-Key was used with other messages; nothing was accepted.'),
  429: problem('Too many requests from this caller.', retryAfter()),
  502: problem('A broker refused a message for good; the outcome of the others is unknown.'),
  503: problem(
    'Overloaded or a broker is down (nothing was published), or not confirmed in time (the outcome is unknown: retry with the same Idempotency-Key).',
    retryAfter(),
  ),
};

/** The OpenAPI document, made from the schemas that the service validates with. */
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
      summary: path === '/messages' ? 'Send messages' : 'Send messages (older name of /messages)',
      description:
        'Answers 202 when both brokers have confirmed every message, and accepts either all messages of a request or none.',
      tags: ['messages'],
      security: [{}, { [apiKey.name]: [] }, { [bearer.name]: [] }],
      request: {
        headers: z.object({
          'Idempotency-Key': z.string().regex(IDEMPOTENCY_KEY).optional().meta({
            description:
              'Makes a retry safe: the same key, caller and messages mean the same messages, stored once. Use a new key for new messages.',
          }),
          'X-Request-Id': z
            .string()
            .optional()
            .meta({ description: 'Comes back with the answer and stands in the log.' }),
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
                description: `One message a line, 1 to ${MAX_MESSAGES_PER_REQUEST} of them; empty lines do not count.`,
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
      description: 'Takes messages in and hands each to every lane: RabbitMQ to Valkey, Kafka to Redis.',
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
  return { 'Retry-After': header('Seconds to wait before the next try.') };
}

function header(text: string): Headers[string] {
  return { description: text, schema: { type: 'string' } };
}
