import { z } from 'zod';
import {
  accountRequestSchema,
  accountSchema,
  comparisonSchema,
  consumersSchema,
  deadLettersSchema,
  historySchema,
  laneReportSchema,
  liveMessageSchema,
  liveMissedSchema,
  liveStartSchema,
  problemSchema,
  scaledSchema,
  scaleRequestSchema,
  scaleSchema,
  streamStateSchema,
} from './schemas.ts';

const content = (schema: z.ZodType, io: 'input' | 'output' = 'output', type = 'application/json') => ({
  [type]: { schema: { ...z.toJSONSchema(schema, { io }), $schema: undefined } },
});
const problem = (description: string) => ({
  description,
  content: content(problemSchema, 'output', 'application/problem+json'),
});

/** Builds the OpenAPI document from the schemas used for validation. */
export function createOpenApiDocument(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Caudal console',
      version: '1',
      description: 'Totals and backlog of the lanes, and whether the account is exact.',
    },
    paths: {
      '/': {
        get: {
          operationId: 'getIndex',
          summary: 'Index page with links',
          responses: { 200: { description: 'The page.', content: { 'text/html': {} } } },
        },
      },
      '/api/lanes': {
        get: {
          operationId: 'getLanes',
          summary:
            'Totals, backlog (waiting and in hand), seconds behind, dead letters and consumers of every lane',
          description:
            'A lane whose store or broker does not answer reports it under errors; other lanes are not affected.',
          parameters: [
            {
              name: 'identities',
              in: 'query',
              description: '1: also count the identities in the stores, which reads every identity record.',
              schema: { type: 'string', enum: ['0', '1'] },
            },
          ],
          responses: {
            200: {
              description: 'All lanes.',
              content: content(z.object({ lanes: z.array(laneReportSchema) })),
            },
          },
        },
      },
      '/api/stream': {
        get: {
          operationId: 'streamState',
          summary: 'State of the lanes as server-sent events',
          description:
            'First the event `snapshot` with everything, then about every half second `tick` with a JSON merge patch (RFC 7396) of it. Last-Event-ID continues after a tick of the last minutes.',
          responses: {
            200: {
              description: 'Data of the event `snapshot`.',
              content: content(streamStateSchema, 'output', 'text/event-stream'),
            },
            503: problem('Too many clients.'),
          },
        },
      },
      '/api/history': {
        get: {
          operationId: 'getHistory',
          summary: 'Rates, latencies and backlogs of the last minutes',
          parameters: [
            {
              name: 'minutes',
              in: 'query',
              description: 'Default 5. Without Prometheus it is what the console remembers.',
              schema: { type: 'integer', minimum: 1, maximum: 1_440 },
            },
          ],
          responses: {
            200: { description: 'One value of each series a point.', content: content(historySchema) },
            400: problem('`minutes` is not valid.'),
            503: problem('Prometheus does not answer.'),
          },
        },
      },
      '/api/consumers': {
        get: {
          operationId: 'getConsumers',
          summary: 'Consumers with their partitions and what they have in hand',
          responses: { 200: { description: 'All consumers.', content: content(consumersSchema) } },
        },
      },
      '/api/dead-letters': {
        get: {
          operationId: 'getDeadLetters',
          summary:
            'The newest dead letters of a lane with their reasons; only of a log, where looking takes nothing',
          parameters: [{ name: 'lane', in: 'query', required: true, schema: { type: 'string' } }],
          responses: {
            200: { description: 'Newest first, at most 50.', content: content(deadLettersSchema) },
            400: problem('`lane` is not valid.'),
            503: problem('The log does not answer.'),
          },
        },
      },
      '/api/scale': {
        get: {
          operationId: 'getScale',
          summary: 'Whether lanes may be scaled, their replicas, and the token for POST',
          responses: { 200: { description: 'The right.', content: content(scaleSchema) } },
        },
        post: {
          operationId: 'scale',
          summary:
            'Changes the replicas of a lane; only where the console was given the right, and only for its page',
          parameters: [{ name: 'Caudal-Token', in: 'header', required: true, schema: { type: 'string' } }],
          requestBody: { required: true, content: content(scaleRequestSchema, 'input') },
          responses: {
            200: { description: 'Before and after.', content: content(scaledSchema) },
            400: problem('The body is not valid.'),
            403: problem('There is no right, the token is wrong, or the request is of another origin.'),
            502: problem('Kubernetes, or the supervisor, refused.'),
          },
        },
      },
      '/api/live': {
        get: {
          operationId: 'streamMessages',
          summary: 'Messages as they pass, as server-sent events',
          description:
            'Read from the log without a consumer group; nothing is stored or committed. Events without a name are messages, `start` is the first of a connection, `missed` names what this client cannot get. The id of an event is the position after it; Last-Event-ID, or `from`, resumes there without a gap.',
          parameters: [
            {
              name: 'country',
              in: 'query',
              description: 'Only these countries: codes or names, comma-separated or repeated.',
              schema: { type: 'string', examples: ['ES,JP'] },
            },
            {
              name: 'lane',
              in: 'query',
              description: 'Only what this lane of a log takes.',
              schema: { type: 'string', examples: ['kafka-redis'] },
            },
            {
              name: 'from',
              in: 'query',
              description: '`now` (default), `earliest`, or the id of an event.',
              schema: { type: 'string', default: 'now' },
            },
          ],
          responses: {
            200: {
              description: 'Data of a message, of `start` or of `missed`.',
              content: content(
                z.union([liveMessageSchema, liveStartSchema, liveMissedSchema]),
                'output',
                'text/event-stream',
              ),
            },
            400: problem('A parameter or Last-Event-ID is not valid.'),
            404: problem('The live tail is off; `detail` says why.'),
            503: problem('The log does not answer, or there are too many clients.'),
          },
        },
      },
      '/api/account': {
        get: {
          operationId: 'getAccount',
          summary: 'Compares the lanes with each other and with the accepted messages in Prometheus',
          responses: { 200: { description: 'The comparison.', content: content(comparisonSchema) } },
        },
        post: {
          operationId: 'compareAccount',
          summary: 'Compares accepted messages with the messages stored by each lane since',
          requestBody: { required: true, content: content(accountRequestSchema, 'input') },
          responses: {
            200: { description: 'The account, exact or with findings.', content: content(accountSchema) },
            400: problem('The body is not a valid account.'),
            413: problem('The body is too large.'),
            415: problem('The body is not JSON.'),
            503: problem('A store does not answer.'),
          },
        },
      },
    },
  };
}
