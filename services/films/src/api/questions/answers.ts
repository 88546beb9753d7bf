import { createHash } from 'node:crypto';
import { ProblemError } from '@caudal/common/http';
import type { FilmReader, Reading, ServerName } from '../../replicas/film-reader.ts';
import { browse, readOne } from '../../search/browse.ts';
import { writeCursor } from '../../search/cursor.ts';
import { directedBy, type Filter, ofYear } from '../../search/filters.ts';
import type { FilmEntry, Page, PersonEntry, VersionReader } from '../../search/results.ts';
import { search } from '../../search/search.ts';
import { FILMS, PEOPLE } from '../../search/subjects.ts';
import type { FilmMetrics } from '../metrics.ts';
import { PROBLEMS } from '../problems.ts';
import type { AnswerCache } from './answer-cache.ts';
import type { DirectorBody, DirectorsBody, FilmBody, FilmsBody } from './bodies.ts';
import type { DirectorsQuestion, EntryQuestion, FilmsQuestion, Question } from './questions.ts';
import { readContaining } from './read-containing.ts';

/** An answer to a question. */
export interface Answer<Body> {
  readonly version: number;
  /** Server that was read from; several where a question was cut into parts. */
  readonly answeredBy: string;
  /** Names the answer: another answer to the question, or one of another version, has another tag. */
  readonly tag: string;
  /** The body as JSON. */
  readonly json: string;
  body(): Body;
}

/** Answers questions about films and directors. Every method throws what {@link FilmReader.read} throws. */
export interface Answers {
  films(question: FilmsQuestion): Promise<Answer<FilmsBody>>;
  /** @throws ProblemError `no-such-film` */
  film(question: EntryQuestion): Promise<Answer<FilmBody>>;
  directors(question: DirectorsQuestion): Promise<Answer<DirectorsBody>>;
  /** @throws ProblemError `no-such-director` */
  director(question: EntryQuestion): Promise<Answer<DirectorBody>>;
  /** Tag that the answer would have now, without a read; undefined while no version is known. */
  tagOf(question: Question): string | undefined;
}

/** Dependencies of {@link createAnswers}. */
export interface AnswersOptions {
  readonly reader: FilmReader;
  readonly cache: AnswerCache;
  readonly metrics: FilmMetrics;
}

/** Changes with the form of the bodies, so that no client keeps one of another release. */
const FORMAT = 1;

/** Answers from the cache or by reading. */
export function createAnswers({ reader, cache, metrics }: AnswersOptions): Answers {
  const answer = async <Body, Result>(
    question: Question,
    read: () => Promise<Omit<Reading<Result>, 'server'> & { readonly server: string }>,
    toBody: (version: number, result: Result) => Body,
  ): Promise<Answer<Body>> => {
    const known = question.at ?? reader.currentVersion();
    const kept = known === undefined ? undefined : cache.get(known, question.canonical);
    metrics.looked(kept === undefined ? 'miss' : 'hit');
    if (known !== undefined && kept !== undefined) return toAnswer(question, known, 'cache', kept);
    metrics.asked(question.kind);
    const { server, version, result } = await read();
    const json = JSON.stringify(toBody(version, result));
    cache.set(version, question.canonical, json);
    return toAnswer(question, version, server, json);
  };
  const ask = <Result>(
    question: Question,
    work: (from: VersionReader) => Promise<Result>,
  ): (() => Promise<Reading<Result>>) => {
    return () => reader.read({ at: question.at, work });
  };

  return {
    films: (question) =>
      answer(
        question,
        question.kind === 'contains' && question.folded !== ''
          ? () => readContaining(reader, question)
          : ask(question, (from) => findFilms(from, question)),
        (version, page): FilmsBody => ({
          version,
          corrected: page.corrected ?? null,
          films: page.entries.map(filmOf),
          next: nextOf(question, version, page),
        }),
      ),
    film: (question) =>
      answer(
        question,
        ask(question, (from) => readOne(from, FILMS, question.id)),
        (version, film): FilmBody => {
          if (film === undefined)
            throw new ProblemError(PROBLEMS['no-such-film'], `There is no such film in version ${version}.`);
          return { version, film: filmOf(film) };
        },
      ),
    directors: (question) =>
      answer(
        question,
        ask(question, (from) => findDirectors(from, question)),
        (version, page): DirectorsBody => ({
          version,
          corrected: page.corrected ?? null,
          directors: page.entries.map(personOf),
          next: nextOf(question, version, page),
        }),
      ),
    director: (question) =>
      answer(
        question,
        ask(question, (from) => readDirector(from, question)),
        (version, found): DirectorBody => {
          if (found === undefined)
            throw new ProblemError(
              PROBLEMS['no-such-director'],
              `There is no such director in version ${version}.`,
            );
          return {
            version,
            director: personOf(found.person),
            films: found.page.entries.map(filmOf),
            next: nextOf(question, version, found.page),
          };
        },
      ),
    tagOf(question) {
      const known = question.at ?? reader.currentVersion();
      return known === undefined ? undefined : tagOf(question, known);
    },
  };
}

function toAnswer<Body>(
  question: Question,
  version: number,
  answeredBy: ServerName | 'cache' | string,
  json: string,
): Answer<Body> {
  const body = (): Body => JSON.parse(json) as Body;
  return { version, answeredBy, tag: tagOf(question, version), json, body };
}

function tagOf(question: Question, version: number): string {
  const digest = createHash('sha256').update(`${FORMAT} ${question.canonical}`).digest('base64url');
  return `"${version}-${digest.slice(0, 16)}"`;
}

const NOTHING = { entries: [], corrected: undefined, end: undefined } as const;

async function findFilms(from: VersionReader, question: FilmsQuestion): Promise<Page<FilmEntry>> {
  const { kind, folded, year, after, limit } = question;
  const filters: readonly Filter[] = year === undefined ? [] : [ofYear(year)];
  if (kind === 'browse') return browse(from, FILMS, { filters, after, limit });
  return folded === '' ? NOTHING : search(from, FILMS, { folded, filters, after, limit });
}

async function findDirectors(from: VersionReader, question: DirectorsQuestion): Promise<Page<PersonEntry>> {
  const { folded, after, limit } = question;
  if (folded === undefined) return browse(from, PEOPLE, { filters: [], after, limit });
  return folded === '' ? NOTHING : search(from, PEOPLE, { folded, filters: [], after, limit });
}

async function readDirector(from: VersionReader, { id, after, limit }: EntryQuestion) {
  const person = await readOne(from, PEOPLE, id);
  if (person === undefined) return undefined;
  const filters = [directedBy(from.version, id)];
  return { person, page: await browse(from, FILMS, { filters, after, limit }) };
}

function nextOf(question: Question, version: number, { end }: Page<unknown>): string | null {
  if (end === undefined) return null;
  const rest = new URLSearchParams({ at: String(version), cursor: writeCursor(question.list, end) });
  return `${question.path}&${rest}`;
}

/** Fields in the order of the contract, whatever the driver's. */
function filmOf(film: FilmEntry): FilmsBody['films'][number] {
  const { id, imdbId, title, year, directors, genres, runtimeMinutes, countries, popularity } = film;
  return {
    id,
    imdbId,
    title,
    year,
    directors: directors.map(({ id: personId, name }) => ({ id: personId, name })),
    genres: [...genres],
    runtimeMinutes,
    countries: [...countries],
    popularity,
  };
}

function personOf({ id, name, films }: PersonEntry): DirectorsBody['directors'][number] {
  return { id, name, films };
}
