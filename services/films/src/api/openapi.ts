import { z } from 'zod';
import { directorBody, directorsBody, filmBody, filmEntrySchema, filmsBody } from './questions/bodies.ts';
import { DEFAULT_LIMIT, MAX_LIMIT, MAX_PARTS, MAX_QUERY_LENGTH, YEARS } from './questions/fields.ts';

/** Body of an error response. */
export const problemSchema = z
  .strictObject({
    type: z.string().meta({ description: 'Identifies the kind of problem; constant.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What happened and how to fix it.' }),
    errors: z
      .array(z.strictObject({ field: z.string(), reason: z.string() }))
      .optional()
      .meta({ description: 'Problems of the parameters.' }),
  })
  .meta({ description: 'A problem document (RFC 9457).' });

type Json = Readonly<Record<string, unknown>>;

const schemaOf = (schema: z.ZodType): Json => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema);
  return rest;
};
const refer = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: Json, type = 'application/json') => ({ content: { [type]: { schema } } });
const problem = (description: string) => ({
  description,
  ...json(refer('Problem'), 'application/problem+json'),
});
const header = (description: string) => ({ description, schema: { type: 'string' } });
const parameter = (name: string, description: string, schema: Json) => ({
  name,
  in: 'query',
  description,
  schema,
});
const integer = (minimum: number, maximum: number, rest: Json = {}) => ({
  type: 'integer',
  minimum,
  maximum,
  ...rest,
});

const TEXT = { type: 'string', maxLength: MAX_QUERY_LENGTH };
const PAGING = [
  parameter('cursor', 'The one in `next` of the page before.', { type: 'string' }),
  parameter('limit', 'Most entries of the page.', integer(1, MAX_LIMIT, { default: DEFAULT_LIMIT })),
];
const AT = parameter(
  'at',
  'Version of the films, as an answer names it: pages of one search are of one version. Default: the current one.',
  integer(1, 2_147_483_647),
);
const ID = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };

const found = (description: string, name: string) => ({
  200: {
    description,
    headers: {
      ETag: header('Names this answer; send it as If-None-Match.'),
      'Cache-Control': header('With `at` an answer can be kept for a day, as it never changes.'),
      'Caudal-Answered-By': header('`replica-1`, `replica-2`, `primary` or `cache`.'),
    },
    ...json(refer(name)),
  },
  304: { description: 'The client has the answer.' },
});
const FAILURES = {
  400: problem('Invalid query: each wrong parameter is named, with what it must be.'),
  410: problem('The version that `at` names is not kept, or never was.'),
  429: later('Too many requests from this caller.'),
  503: later('No server answered in time.'),
};

function later(description: string) {
  return { ...problem(description), headers: { 'Retry-After': header('Seconds to wait before a retry.') } };
}

const SEARCH =
  'Finds what a person means: first what is exactly the text, then what begins with it, then what has its words in any order, the last of which may be unfinished. Accents, case and punctuation make no difference. Where there is none, each word that no text has is replaced by the one that differs by one mistake.';

/** Describes the API as OpenAPI 3.1. */
export function createOpenApiDocument() {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Caudal films API',
      version: '0.1.0',
      description:
        'Films and who directed them, read from replicas that may die. An answer is of one version of the films, which it names.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths: {
      '/films': {
        get: {
          operationId: 'findFilms',
          summary: 'Films by title',
          description: SEARCH,
          parameters: [
            parameter('q', 'Text; without it all films, best known first.', TEXT),
            parameter('year', 'Year of publication.', integer(YEARS.first, YEARS.last)),
            parameter(
              'mode',
              '`contains` finds titles that have the text anywhere, which reads all titles.',
              { type: 'string', enum: ['search', 'contains'], default: 'search' },
            ),
            parameter(
              'parallel',
              'Parts that a question with `contains` is cut into, read at the same time; the answer is the same.',
              integer(1, MAX_PARTS, { default: 1 }),
            ),
            ...PAGING,
            AT,
          ],
          responses: { ...found('A page of films.', 'Films'), ...FAILURES },
        },
      },
      '/films/{id}': {
        parameters: [ID],
        get: {
          operationId: 'getFilm',
          summary: 'A film',
          parameters: [AT],
          responses: {
            ...found('The film.', 'FilmAnswer'),
            ...FAILURES,
            404: problem('There is no such film.'),
          },
        },
      },
      '/directors': {
        get: {
          operationId: 'findDirectors',
          summary: 'Directors by name',
          description: SEARCH,
          parameters: [
            parameter('q', 'Text; without it all directors, those with the most films first.', TEXT),
            ...PAGING,
            AT,
          ],
          responses: { ...found('A page of directors.', 'Directors'), ...FAILURES },
        },
      },
      '/directors/{id}/films': {
        parameters: [ID],
        get: {
          operationId: 'getDirector',
          summary: 'Films of a director, best known first',
          parameters: [...PAGING, AT],
          responses: {
            ...found('A page of films.', 'Director'),
            ...FAILURES,
            404: problem('There is no such director.'),
          },
        },
      },
    },
    components: {
      schemas: {
        Film: schemaOf(filmEntrySchema),
        Films: schemaOf(filmsBody),
        FilmAnswer: schemaOf(filmBody),
        Directors: schemaOf(directorsBody),
        Director: schemaOf(directorBody),
        Problem: schemaOf(problemSchema),
      },
    },
  };
}
