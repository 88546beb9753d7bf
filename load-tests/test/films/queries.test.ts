import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseCsv } from '../../lib/films/csv.ts';
import { mistype } from '../../lib/films/mistakes.ts';
import { filmsProfiles } from '../../lib/films/profiles.ts';
import { createQuery, type Query, type QueryKind, queryKinds } from '../../lib/films/query.ts';
import { formatTitles, type KnownFilm, readTitles } from '../../lib/films/titles.ts';
import { hashText, randomAt } from '../../lib/random.ts';

const films = readTitles(readFileSync(new URL('../../lib/films/titles.csv', import.meta.url), 'utf8'));
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function queriesOf(seed: string, count = 20_000): Query[] {
  const { mix } = filmsProfiles['films-browse'].average;
  const source = { seed, mix, films, sha256 };
  return Array.from({ length: count }, (_, position) => createQuery(source, position));
}

const queries = queriesOf('1');

function asked(kind: QueryKind): URL[] {
  return queries.filter((query) => query.kind === kind).map(({ path }) => new URL(path, 'http://films'));
}

function textsOf(kind: QueryKind): string[] {
  return asked(kind).map(({ searchParams }) => searchParams.get('q') ?? '');
}

/** All that one slip makes of a word. */
function slipsOf(word: string): Set<string> {
  const letters = [...word];
  const slips = letters.flatMap((letter, place) => {
    const [before, after] = [letters.slice(0, place), letters.slice(place + 1)];
    const [next = '', ...rest] = after;
    return [
      [...before, ...after],
      [...before, letter, letter, ...after],
      [...before, next, letter, ...rest],
    ];
  });
  return new Set(slips.map((slip) => slip.join('')));
}

describe('queries for films', () => {
  it('are the same for the same seed, and others for another', () => {
    assert.deepEqual(queriesOf('1', 200), queries.slice(0, 200));
    assert.notDeepEqual(queriesOf('2', 200), queries.slice(0, 200));
  });

  it('are mixed as their profile says', () => {
    for (const { average } of Object.values(filmsProfiles)) {
      assert.equal(
        Object.values(average.mix).reduce((sum, share) => sum + share, 0),
        100,
      );
    }
    const { mix } = filmsProfiles['films-browse'].average;
    for (const kind of queryKinds) {
      const share = (100 * asked(kind).length) / queries.length;
      assert.ok(Math.abs(share - (mix[kind] ?? 0)) < 1, `${kind}: ${share} %`);
    }
  });

  it('are all such that the API takes them', () => {
    for (const { path } of queries) {
      assert.match(path, /^\/[\x21-\x7e]+$/);
      const { pathname, searchParams } = new URL(path, 'http://films');
      assert.match(pathname, /^\/(films|films\/Q\d+|directors|directors\/d[0-9a-f]{12}\/films)$/);
      const q = searchParams.get('q') ?? '';
      assert.ok([...q].length <= 200 && q.isWellFormed(), path);
      const [limit, year] = ['limit', 'year'].map((name) => Number(searchParams.get(name) ?? 1900));
      assert.ok(limit === 1900 || (Number(limit) >= 1 && Number(limit) <= 100), path);
      assert.ok(Number(year) >= 1800 && Number(year) <= 2200, path);
    }
  });

  it('ask for well-known films more often, and for hundreds of others', () => {
    const byId = new Map<string, number>();
    for (const { pathname } of asked('film')) byId.set(pathname, (byId.get(pathname) ?? 0) + 1);
    const times = (rank: number): number => byId.get(`/films/${films[rank]?.id}`) ?? 0;
    const first = times(0) / asked('film').length;
    assert.ok(first > 0.07 && first < 0.12, `${first}`);
    assert.ok(times(0) > times(4) && times(4) > times(99));
    assert.ok(byId.size > 500, `${byId.size}`);
  });

  it('begin as titles do, from one letter to the whole', () => {
    const titles = films.map(({ title }) => title.toLowerCase());
    const texts = textsOf('prefix');
    for (const text of texts) assert.ok(text !== '' && titles.some((title) => title.startsWith(text)), text);
    const share = texts.filter((text) => [...text].length === 1).length / texts.length;
    assert.ok(share > 0.04 && share < 0.2, `${share}`);
    assert.ok(texts.some((text) => titles.includes(text)));
  });

  it('have words of one title, in other orders too, the last one not always whole', () => {
    const titles = films.map(({ title }) => title.toLowerCase().split(' '));
    const isWhole = (text: string): boolean =>
      titles.some((words) => text.split(' ').every((word) => words.includes(word)));
    const texts = textsOf('words');
    assert.ok(texts.filter(isWhole).length > 0.4 * texts.length && !texts.every(isWhole));
    for (const text of texts) {
      const words = text.split(' ');
      const last = words.pop() ?? '';
      const isOfOne = titles.some(
        (title) => words.every((word) => title.includes(word)) && title.some((word) => word.startsWith(last)),
      );
      assert.ok(isOfOne, text);
    }
    const joined = films.map(({ title }) => ` ${title.toLowerCase()}`);
    assert.ok(texts.some((text) => !joined.some((title) => title.includes(` ${text}`))));
  });

  it('are titles with or without capitals, now and then with a year or a number of results', () => {
    const titles = new Set(films.flatMap(({ title }) => [title, title.toLowerCase(), title.toUpperCase()]));
    for (const text of textsOf('exact')) assert.ok(titles.has(text), text);
    for (const name of ['year', 'limit'])
      assert.ok(asked('exact').some(({ searchParams }) => searchParams.has(name)));
  });

  it('have one mistake, in a word of four letters or more', () => {
    const titles = films.map(({ title }) => title.toLowerCase().split(' '));
    const texts = [...new Set(textsOf('mistake'))];
    assert.ok(texts.length > 300);
    for (const text of texts) {
      const words = text.split(' ');
      const isMistaken = titles.some((title) => {
        const wrong = words.filter((word, place) => word !== title[place]);
        const right = title.filter((word, place) => word !== words[place]);
        const [slipped = '', word = ''] = [wrong[0], right[0]];
        const isOne = words.length === title.length && wrong.length === 1;
        return isOne && [...word].length >= 4 && slipsOf(word).has(slipped);
      });
      assert.ok(isMistaken, text);
    }
  });

  it('are nonsense of every sort, as long as the API takes', () => {
    const texts = textsOf('nonsense');
    for (const text of ['%', '_', '$', "'; drop table film; --", '🎬']) assert.ok(texts.includes(text), text);
    assert.ok(texts.some((text) => text.length === 200));
    assert.ok(texts.some((text) => /^[a-z]{3,12}$/.test(text)));
  });

  it('browse with and without a year, and search for people by parts of their names', () => {
    const years = asked('browse').map(({ searchParams }) => searchParams.get('year'));
    assert.ok(years.includes(null) && years.includes('1940') && years.includes('2014'));
    const names = new Set(films.flatMap(({ directors }) => directors));
    const texts = textsOf('directors');
    const share = texts.filter((text) => names.has(text)).length / texts.length;
    assert.ok(share > 0.2 && share < 0.5, `${share}`);
    const ids = new Set([...names].map((name) => `d${sha256(name).slice(0, 12)}`));
    for (const { pathname } of asked('director')) assert.ok(ids.has(pathname.split('/')[2] ?? ''), pathname);
  });

  it('end where no film has what a query needs', () => {
    const none: KnownFilm = { id: 'Q1', title: '1 2', year: undefined, directors: [] };
    const source = { seed: 's', mix: { mistake: 1, directors: 1 }, films: [none], sha256 };
    for (let position = 0; position < 20; position += 1) {
      assert.match(createQuery(source, position).path, /^\/(films|directors)\?q=[a-z%0-9]+$/);
    }
  });
});

describe('mistakes', () => {
  const random = randomAt(hashText('mistakes'), 0);

  it('are made in words alone', () => {
    for (const text of ['', 'a bc def', '1984 2001', 'K-PAX', '???']) {
      assert.equal(mistype(random, text), undefined, text);
    }
  });

  it('swap two letters, leave one out, or double one', () => {
    const found = new Set(Array.from({ length: 300 }, () => mistype(random, 'The Abyz')));
    const expected = ['bayz', 'aybz', 'abzy', 'byz', 'ayz', 'abz', 'aby', 'aabyz', 'abbyz', 'abyyz', 'abyzz'];
    assert.deepEqual([...found].sort(), expected.map((word) => `the ${word}`).sort());
  });

  it('are mistakes also where letters are alike', () => {
    for (let draw = 0; draw < 100; draw += 1) {
      const mistaken = mistype(random, 'aaaa') ?? '';
      assert.ok(mistaken === 'aaa' || mistaken === 'aaaaa', mistaken);
    }
    assert.ok(
      Array.from({ length: 50 }, () => mistype(random, 'ñandú')).every(
        (text) => text?.isWellFormed() && text !== 'ñandú',
      ),
    );
  });
});

describe('the file of titles', () => {
  it('keeps what was written', () => {
    const odd: KnownFilm[] = [
      { id: 'Q1', title: 'Say "no", twice\r\nor not', year: 1999, directors: ['A, B', 'C'] },
      { id: 'Q2', title: '', year: undefined, directors: [] },
    ];
    assert.deepEqual(readTitles(formatTitles(odd)), odd);
  });

  it('is refused where it is another one', () => {
    for (const text of ['', 'id,title\nQ1,x\n', 'id,title,year,directors\n', '<html>']) {
      assert.throws(() => readTitles(text), /^Error: not a file of films: /, text);
    }
  });
});

describe('CSV', () => {
  it('has fields with quotes, commas and line ends', () => {
    assert.deepEqual(parseCsv('a,b\r\n"x ""y"", z","1\n2"\n,\n'), [
      ['a', 'b'],
      ['x "y", z', '1\n2'],
      ['', ''],
    ]);
  });

  it('may end without a line end, and with an empty field', () => {
    assert.deepEqual(parseCsv('a,b'), [['a', 'b']]);
    assert.deepEqual(parseCsv('a,'), [['a', '']]);
    assert.deepEqual(parseCsv('"a"'), [['a']]);
    assert.deepEqual(parseCsv(''), []);
  });

  it('is refused with a quote that is never closed', () => {
    assert.throws(() => parseCsv('a,"b\nc""'), /quote at 2 is never closed/);
  });
});
