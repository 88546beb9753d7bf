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

/** The OpenAPI document, made from the schemas the API validates with. */
export function createOpenApiDocument(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Caudal console',
      version: '1',
      description: 'What the lanes hold, how far they are behind, and whether the account is exact.',
    },
    paths: {
      '/': {
        get: {
          operationId: 'getIndex',
          summary: 'A page of links to what the console serves',
          responses: { 200: { description: 'The page.', content: { 'text/html': {} } } },
        },
      },
      '/api/lanes': {
        get: {
          operationId: 'getLanes',
          summary:
            'Every lane: totals, backlog (waiting and in hand), seconds behind, dead letters, consumers',
          description:
            'A lane whose store or broker does not answer says so under errors; the others are not affected.',
          parameters: [
            {
              name: 'identities',
              in: 'query',
              description:
                '1: count the identities in the stores as well, which reads every identity record.',
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
          summary: 'The lanes compared with each other and with what Prometheus saw accepted',
          responses: { 200: { description: 'The comparison.', content: content(comparisonSchema) } },
        },
        post: {
          operationId: 'compareAccount',
          summary: 'What was accepted against what each lane has stored since',
          requestBody: { required: true, content: content(accountRequestSchema, 'input') },
          responses: {
            200: { description: 'The account; exact or with findings.', content: content(accountSchema) },
            400: problem('The body is not an account to compare.'),
            413: problem('The body is too large.'),
            415: problem('The body is not JSON.'),
            503: problem('A store does not answer.'),
          },
        },
      },
    },
  };
}
