import { z } from 'zod';
import { type Place, readCursor } from '../../search/cursor.ts';
import { fold } from '../../search/fold.ts';
import type { QuestionKind } from '../metrics.ts';
import * as fields from './fields.ts';

/** A question about the films. */
export interface Question {
  readonly kind: QuestionKind;
  /** The question in one form, without its version: two with the same have the same answer. */
  readonly canonical: string;
  /** The question without its page, which its cursors belong to. */
  readonly list: string;
  /** Version of the films; the current one where it is undefined. */
  readonly at: number | undefined;
  /** Where the page before ended. */
  readonly after: Place | undefined;
  /** Most entries of the page. */
  readonly limit: number;
  /** Path of the next page, without its cursor and version. */
  readonly path: string;
}

/** For films by a text. */
export interface FilmsQuestion extends Question {
  readonly kind: 'browse' | 'search' | 'contains';
  /** Text, folded; may be empty, which no film has. */
  readonly folded: string;
  readonly year: number | undefined;
  /** Reads that a question with `contains` is cut into. */
  readonly parallel: number;
}

/** For directors by a text. */
export interface DirectorsQuestion extends Question {
  readonly kind: 'directors';
  /** Text, folded; undefined for all directors. */
  readonly folded: string | undefined;
}

/** For one film or one director, by id. */
export interface EntryQuestion extends Question {
  readonly kind: 'film' | 'director';
  readonly id: string;
}

const { query: q, year, mode, parallel, limit, at, cursor } = fields;

/** Query of `GET /films`. */
export const filmsSchema = z.strictObject({ q, year, mode, parallel, cursor, limit, at });
/** Query of `GET /directors`. */
export const directorsSchema = z.strictObject({ q, cursor, limit, at });
/** Query of `GET /directors/{id}/films`. */
export const directorSchema = z.strictObject({ cursor, limit, at });
/** Query of `GET /films/{id}`. */
export const filmSchema = z.strictObject({ at });

/** @throws ProblemError that names each field and how to put it right */
export function readFilmsQuestion(parameters: URLSearchParams): FilmsQuestion {
  const given = fields.readFields(filmsSchema, parameters);
  if (given.parallel !== undefined && given.mode !== 'contains')
    throw fields.invalidQuery([{ field: 'parallel', reason: 'needs mode=contains' }]);
  const text = given.q.trim();
  const folded = fold(text);
  const kind = text === '' ? 'browse' : given.mode;
  return {
    ...pageOf({
      kind,
      parts: [folded, given.year],
      given,
      path: '/films',
      query: [
        ['q', shortest(folded, text)],
        ['year', given.year],
        ['mode', kind === 'contains' ? kind : undefined],
        ['parallel', given.parallel],
      ],
    }),
    kind,
    folded,
    year: given.year,
    parallel: given.parallel ?? 1,
  };
}

/** @throws ProblemError that names each field and how to put it right */
export function readDirectorsQuestion(parameters: URLSearchParams): DirectorsQuestion {
  const given = fields.readFields(directorsSchema, parameters);
  const text = given.q.trim();
  const folded = text === '' ? undefined : fold(text);
  return {
    ...pageOf({
      kind: 'directors',
      parts: [folded],
      given,
      path: '/directors',
      query: [['q', shortest(folded ?? '', text)]],
    }),
    kind: 'directors',
    folded,
  };
}

/** @throws ProblemError that names each field and how to put it right */
export function readDirectorQuestion(id: string, parameters: URLSearchParams): EntryQuestion {
  const given = fields.readFields(directorSchema, parameters);
  const path = `/directors/${encodeURIComponent(id)}/films`;
  return { ...pageOf({ kind: 'director', parts: [id], given, path, query: [] }), kind: 'director', id };
}

/** @throws ProblemError that names each field and how to put it right */
export function readFilmQuestion(id: string, parameters: URLSearchParams): EntryQuestion {
  const given = { ...fields.readFields(filmSchema, parameters), limit: 1, cursor: undefined };
  return { ...pageOf({ kind: 'film', parts: [id], given, path: '', query: [] }), kind: 'film', id };
}

interface PageParts {
  readonly kind: QuestionKind;
  /** What decides the entries and their order, with the kind. */
  readonly parts: readonly (string | number | undefined)[];
  readonly given: {
    readonly limit: number;
    readonly at?: number | undefined;
    readonly cursor?: string | undefined;
  };
  readonly path: string;
  readonly query: readonly (readonly [string, string | number | undefined])[];
}

function pageOf({ kind, parts, given, path, query }: PageParts): Omit<Question, 'kind'> {
  const list = JSON.stringify([kind, ...parts.map((part) => part ?? null)]);
  const after = given.cursor === undefined ? undefined : readCursor(list, given.cursor);
  if (given.cursor !== undefined && after === undefined)
    throw fields.invalidQuery([
      { field: 'cursor', reason: 'must be the one of "next" of the page before, of the same query' },
    ]);
  const parameters = [...query, ['limit', given.limit] as const]
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]): [string, string] => [name, String(value)]);
  const next = `${path}?${new URLSearchParams(parameters)}`;
  return {
    list,
    canonical: JSON.stringify([list, next, given.cursor ?? null]),
    at: given.at,
    after,
    limit: given.limit,
    path: next,
  };
}

/** The folded text finds the same; it may be longer than what is allowed. */
function shortest(folded: string, text: string): string {
  return fields.lengthOf(folded) <= fields.MAX_QUERY_LENGTH ? folded : text;
}
