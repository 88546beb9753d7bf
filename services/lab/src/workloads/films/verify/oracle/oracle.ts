import { createHash } from 'node:crypto';
import type { Question } from '../question.ts';
import { type Corpus, createCorpus } from './corpus.ts';
import { foldText } from './fold-text.ts';
import type { TrueFilm } from './read-films-file.ts';

/** What has to be answered. */
export interface TrueAnswer {
  readonly status: 200 | 404;
  /** Ids of the entries, in order. */
  readonly ids: readonly string[];
  /** Of what is answered: {@link digestOf}. */
  readonly digest: string;
  /** What was searched for instead; null where nothing was. */
  readonly corrected: string | null;
  /** Whether a page follows. */
  readonly hasNext: boolean;
}

/** Knows the answer to every question about some films, from their file alone. */
export interface Oracle {
  /** @param page 0 for the first page */
  answer(question: Question, page?: number): TrueAnswer;
}

/** Someone who directed films. */
interface Person {
  readonly id: string;
  readonly name: string;
  /** The best known first. */
  readonly films: readonly TrueFilm[];
}

/** All entries that a search finds. */
interface Found<Entry> {
  readonly corrected: string | null;
  readonly entries: readonly Entry[];
}

/** A list that can be searched, the best known first. */
interface Shelf<Entry> {
  readonly entries: readonly Entry[];
  readonly corpus: Corpus;
}

/** Makes an oracle that has every film in memory, searches all of them, and remembers what it was asked. */
export function createOracle(all: readonly TrueFilm[]): Oracle {
  const films = shelfOf(
    all.toSorted((a, b) => b.popularity - a.popularity || byBytes(a.id, b.id)),
    ({ title }) => title,
  );
  const filmsById = new Map(films.entries.map((film) => [film.id, film]));
  const people = shelfOf(
    peopleOf(films.entries).sort((a, b) => b.films.length - a.films.length || byBytes(a.id, b.id)),
    ({ name }) => name,
  );
  const peopleById = new Map(people.entries.map((person) => [person.id, person]));
  const answers = new Map<string, TrueAnswer>();
  const searches = new Map<string, Found<TrueFilm>>();

  const pageOf = <Entry extends { readonly id: string }>(
    found: Found<Entry>,
    { limit }: Question,
    page: number,
    contents: (entries: readonly Entry[]) => unknown,
  ): TrueAnswer => {
    const entries = found.entries.slice(page * limit, (page + 1) * limit);
    return {
      status: 200,
      ids: entries.map(({ id }) => id),
      digest: digestOf(contents(entries)),
      corrected: found.corrected,
      hasNext: found.entries.length > (page + 1) * limit,
    };
  };

  const compute = (question: Question, page: number): TrueAnswer => {
    const { route, id, search } = question;
    if (route === 'film') {
      const film = filmsById.get(id);
      return film === undefined
        ? UNKNOWN
        : pageOf(only([film]), question, 0, (entries) => entries.map(shown));
    }
    if (route === 'director') {
      const person = peopleById.get(id);
      if (person === undefined) return UNKNOWN;
      return pageOf(only(person.films), question, page, (entries) => [
        shownPerson(person),
        entries.map(shown),
      ]);
    }
    if (route === 'directors') {
      const found = searchIn(people, question, () => true);
      return pageOf(found, question, page, (entries) => [found.corrected, entries.map(shownPerson)]);
    }
    const found = searches.get(search) ?? searchIn(films, question, inYear(question));
    searches.set(search, found);
    return pageOf(found, question, page, (entries) => [found.corrected, entries.map(shown)]);
  };

  return {
    answer(question, page = 0) {
      const key = `${page} ${question.search}`;
      const answer = answers.get(key) ?? compute(question, page);
      answers.set(key, answer);
      return answer;
    },
  };
}

/** First 16 hexadecimal digits of SHA-256 of what was answered, as JSON. */
export function digestOf(contents: unknown): string {
  return createHash('sha256').update(JSON.stringify(contents)).digest('hex').slice(0, 16);
}

/** Id of someone of whom only the name is known. */
export function personIdOf(name: string): string {
  return `d${createHash('sha256').update(name, 'utf8').digest('hex').substring(0, 12)}`;
}

const UNKNOWN: TrueAnswer = { status: 404, ids: [], digest: '-', corrected: null, hasNext: false };

function searchIn<Entry>(
  { entries, corpus }: Shelf<Entry>,
  { q, mode }: Question,
  isWanted: (entry: Entry) => boolean,
): Found<Entry> {
  const at = (places: readonly number[]): readonly Entry[] =>
    places.map((place) => entries[place] as Entry).filter(isWanted);
  if (q.trim() === '') return only(entries.filter(isWanted));
  const folded = foldText(q);
  if (folded === '') return only([]);
  if (mode === 'contains') return only(at(corpus.containing(folded)));
  const found = at(corpus.match(folded));
  if (found.length > 0) return only(found);
  const corrected = corpus.correct(folded);
  if (corrected === undefined) return only([]);
  const instead = at(corpus.match(corrected));
  return instead.length === 0 ? only([]) : { corrected, entries: instead };
}

function only<Entry>(entries: readonly Entry[]): Found<Entry> {
  return { corrected: null, entries };
}

function inYear({ year }: Question): (film: TrueFilm) => boolean {
  return (film) => year === undefined || film.year === year;
}

function shelfOf<Entry>(entries: readonly Entry[], textOf: (entry: Entry) => string): Shelf<Entry> {
  return { entries, corpus: createCorpus(entries.map(textOf)) };
}

function peopleOf(films: readonly TrueFilm[]): Person[] {
  const byName = new Map<string, TrueFilm[]>();
  for (const film of films) {
    for (const name of new Set(film.directors)) byName.set(name, [...(byName.get(name) ?? []), film]);
  }
  return [...byName].map(([name, of]) => ({ id: personIdOf(name), name, films: of }));
}

function shown({ id, title, year, directors }: TrueFilm): unknown {
  return [id, title, year, directors];
}

function shownPerson({ id, name, films }: Person): unknown {
  return [id, name, films.length];
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
