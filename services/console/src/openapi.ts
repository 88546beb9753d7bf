import { z } from 'zod';
import {
  accountRequestSchema,
  accountSchema,
  comparisonSchema,
  laneReportSchema,
  problemSchema,
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
