import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Film } from '../../src/data/film.ts';
import { committedFilms, generatedFilms } from '../../src/data/film-sources.ts';
import { generateFilms } from '../../src/data/generate-films.ts';
import { problemOfText } from '../../src/data/text-problem.ts';

describe('generateFilms', () => {
  let real: readonly Film[];
  let films: readonly Film[];
  before(async () => {
    const list: Film[] = [];
    for await (const film of committedFilms().films()) list.push(film);
    real = list;
    films = [...generateFilms(1, 25_000, real)];
  });

  it('gives the real films first, and then others with ids of their own', () => {
    assert.equal(films.length, 25_000);
    assert.deepEqual(films.slice(0, real.length), real);
    assert.equal(films[real.length]?.id, 'G1');
    assert.equal(films.at(-1)?.id, `G${25_000 - real.length}`);
  });

  it('gives the same for the same seed, another for another, and the same first ones of more', () => {
    assert.deepEqual([...generateFilms(1, 18_000, real)], films.slice(0, 18_000));
    assert.deepEqual([...generateFilms(1, 100, real)], real.slice(0, 100));
    const others = [...generateFilms(2, 18_000, real)].slice(real.length);
    const same = others.filter(({ title }, place) => title === films[real.length + place]?.title);
    assert.ok(same.length < others.length / 100, `${same.length} titles are the same`);
  });

  it('makes titles from words of real ones, which are no titles of those as a rule', () => {
    const wordsOf = (title: string): readonly string[] => title.split(/[^\p{L}\p{N}]+/u);
    const words = new Set(
      real.flatMap(({ title }) => wordsOf(title)).concat(['Returns', 'Again', 'II', 'III', '2', '3']),
    );
    const titles = new Set(real.map(({ title }) => title));
    const made = films.slice(real.length);
    for (const { title } of made) {
      assert.equal(problemOfText(title), undefined, title);
      for (const word of wordsOf(title)) assert.ok(words.has(word), `${word} in ${title}`);
    }
    const known = made.filter(({ title }) => titles.has(title));
    assert.ok(known.length < made.length / 10, `${known.length} of ${made.length}`);
  });

  it('takes real directors, and such with the names of two', () => {
    const names = new Set(real.flatMap(({ directors }) => directors.map(({ name }) => name)));
    const made = films.slice(real.length).flatMap(({ directors }) => directors);
    const fromReal = made.filter(({ name }) => names.has(name));
    assert.ok(fromReal.length > made.length / 2 && fromReal.length < made.length);
    for (const { name } of made) assert.equal(problemOfText(name), undefined, name);
    assert.ok(films.slice(real.length).some(({ directors }) => directors.length === 0));
    assert.ok(films.slice(real.length).some(({ directors }) => directors.length === 2));
  });

  it('names no director twice in a film where there are few', () => {
    const few = real.slice(0, 2);
    const made = [...generateFilms(1, 3_000, few)].slice(few.length);
    assert.ok(made.some(({ directors }) => directors.length === 2));
    for (const { id, directors } of made)
      assert.equal(new Set(directors.map((director) => director.id)).size, directors.length, id);
  });

  it('makes few of them well known', () => {
    const known = (least: number): number =>
      films.slice(real.length).filter(({ popularity }) => popularity >= least).length;
    // As many as one in `least + 1`.
    for (const least of [1, 9, 99])
      assert.ok(Math.abs((known(least) * (least + 1)) / 7_528 - 1) < 0.25, `${known(least)} from ${least}`);
    assert.ok(known(381) === 0 && known(0) === 7_528);
  });

  it('is a source with a name that says how many, and of which seed', async () => {
    const source = generatedFilms(17_500, 7);
    assert.equal(source.name, 'generated (17500 films, seed 7)');
    let count = 0;
    for await (const _ of source.films()) count += 1;
    assert.equal(count, 17_500);
  });
});
