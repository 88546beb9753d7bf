import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { defineProblems, ProblemError } from '@caudal/common/http';
import type { FilmQuestions } from '../../src/page/questions.ts';
import { memoryQuestions } from './support/memory-questions.ts';
import { type PageApp, runPage } from './support/page-app.ts';
import { SOME_FILMS } from './support/some-films.ts';

const QUESTIONS = memoryQuestions(SOME_FILMS);
const PROBLEMS = defineProblems({
  away: { status: 503, title: 'Away' },
  gone: { status: 410, title: 'Gone' },
  many: { status: 429, title: 'Many' },
});
const TEMPLATE = `<html><head><title>{{title}}</title><link href="./assets/a.css"><script src="./theme.js"></script></head>
<body>{{body}}</body></html>`;

describe('the routes of the page', () => {
  let directory: string;
  let app: PageApp | undefined;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'caudal-films-page-'));
    writeFileSync(join(directory, 'index.html'), TEMPLATE);
    writeFileSync(join(directory, 'theme.js'), '// theme');
  });
  afterEach(async () => {
    await app?.stop();
    app = undefined;
  });
  after(() => rmSync(directory, { recursive: true }));

  async function get(path: string, questions: FilmQuestions = QUESTIONS, init: RequestInit = {}) {
    app ??= await runPage(questions, directory);
    const response = await fetch(`${app.url}${path}`, { redirect: 'manual', ...init });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  it('answer pages under a policy that allows nothing from elsewhere and nothing inline', async () => {
    for (const path of ['/', '/?q=godfather', '/film/Q47703', '/film/none']) {
      const { headers, text } = await get(path);
      assert.equal(headers.get('content-type'), 'text/html; charset=utf-8');
      const policy = headers.get('content-security-policy') ?? '';
      assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
      assert.doesNotMatch(policy, /unsafe|https?:|\*/);
      assert.doesNotMatch(text, /\sstyle=|\son\w+=|<script(?! src="\.{1,2}\/)/);
    }
  });

  it('lead from each page to the root, below whatever path it is', async () => {
    const film = (await get('/film/Q47703')).text;
    assert.match(
      film,
      /href="\.\.\/assets\/a\.css"[\s\S]*src="\.\.\/theme\.js"[\s\S]*href="\.\.\/director\/d/,
    );
    assert.doesNotMatch(film, /(href|src)="(\.\/|\/)/);
    const search = (await get('/?q=godfather')).text;
    assert.match(search, /href="\.\/assets\/a\.css"[\s\S]*action="\.\/"[\s\S]*href="\.\/film\/Q47703"/);
    assert.doesNotMatch(search, /(href|src|action)="(\.\.\/|\/)/);
  });

  it('ask what the URL asks, without what is empty or unknown', async () => {
    const asked: string[] = [];
    const questions: FilmQuestions = {
      ...QUESTIONS,
      searchFilms: (query) => {
        asked.push(`films ${query}`);
        return QUESTIONS.searchFilms(query);
      },
      searchDirectors: (query) => {
        asked.push(`directors ${query}`);
        return QUESTIONS.searchDirectors(query);
      },
    };
    await get('/?q=dragon&year=&utm=x&limit=100', questions);
    await get('/?q=dragon&cursor=20&at=3', questions);
    await get('/?q=++', questions);
    await get('/', questions);
    assert.deepEqual(asked, [
      'films q=dragon',
      'directors q=dragon&limit=6',
      'films q=dragon&cursor=20&at=3',
      'films q=++',
      'films ',
    ]);
  });

  it('ask for the other films of the version that the film is of, and of three directors at most', async () => {
    const asked: string[] = [];
    const questions: FilmQuestions = {
      ...QUESTIONS,
      director: (id, query) => {
        asked.push(query.toString());
        return QUESTIONS.director(id, query);
      },
    };
    const { text } = await get('/film/Q3', questions);
    assert.deepEqual(asked, Array(3).fill('limit=7&at=3'));
    for (const name of ['One', 'Two', 'Three', 'Four', 'Five'])
      assert.ok(text.includes(`>${name}</a>`), name);
  });

  it('show films also where directors are not answered', async () => {
    const away = async () => {
      throw new ProblemError(PROBLEMS.away, 'No server answered in time.');
    };
    const questions: FilmQuestions = { ...QUESTIONS, director: away, searchDirectors: away };
    const film = await get('/film/Q47703', questions);
    assert.equal(film.status, 200);
    assert.match(film.text, /<h1>The Godfather<\/h1>[\s\S]*could not be read in time/);
    const search = await get('/?q=godfather', questions);
    assert.equal(search.status, 200);
    assert.match(search.text, /The <mark>|<mark>Godfather/);
  });

  it('show what was refused with its status and headers, and what to do', async () => {
    for (const [path, status, shown] of [
      ['/?q=x&year=20', 400, /year must be a whole number from 1800 to 2200[\s\S]*Start again/],
      ['/?q=dragon&cursor=x', 400, /cursor must be/],
      ['/film/none', 404, /No film has this id[\s\S]*Search for films/],
      ['/director/none', 404, /No director has this id/],
      ['/?q=dragon&cursor=20&at=1', 410, /replaced[\s\S]*href="\.\/\?q=dragon">Search again/],
    ] as const) {
      const page = await get(path);
      assert.equal(page.status, status, path);
      assert.match(page.text, shown);
      assert.match(page.text, /<form class="search"/, 'another search can be made');
      assert.equal(page.headers.get('cache-control'), 'no-store');
    }
  });

  it('say when to ask again where no server answers', async () => {
    const page = await get('/?q=a&year=1999', {
      ...QUESTIONS,
      searchFilms: async () => {
        throw new ProblemError(PROBLEMS.away, 'No server answered in time.', { retryAfterSeconds: 1 });
      },
    });
    assert.equal(page.status, 503);
    assert.equal(page.headers.get('retry-after'), '1');
    assert.match(page.text, /<a class="button" id="remedy" href="\?q=a&#38;year=1999">Try again<\/a>/);
    assert.match(page.text, /name="q" type="search" value="a"/);
  });

  it('hide no fault of the service', async () => {
    const broken = async () => {
      throw new TypeError('a bug');
    };
    const questions = { ...QUESTIONS, searchFilms: broken, director: broken };
    for (const path of ['/', '/film/Q47703', '/director/x'])
      assert.equal((await get(path, questions)).status, 500, path);
  });

  it('put text of a URL nowhere but as text', async () => {
    const { text } = await get(
      `/?q=${encodeURIComponent('"><img src=x onerror=alert(1)> $& {{body}}')}&year=1999`,
    );
    assert.doesNotMatch(text, /<img/);
    assert.match(text, /value="&#34;&#62;&#60;img src=x onerror=alert\(1\)&#62; \$&#38; \{\{body\}\}"/);
  });

  it('answer HEAD, refuse other methods, and hide the template', async () => {
    assert.equal((await get('/film/Q47703', QUESTIONS, { method: 'HEAD' })).status, 200);
    for (const path of ['/', '/film/Q47703', '/director/x']) {
      const refused = await get(path, QUESTIONS, { method: 'POST' });
      assert.equal(refused.status, 405);
      assert.equal(refused.headers.get('allow'), 'GET, HEAD, OPTIONS');
    }
    const template = await get('/index.html');
    assert.equal(template.status, 308);
    assert.equal((await get('/theme.js')).text, '// theme');
  });

  it('pass the limits first, whose refusal is a page as well', async () => {
    app = await runPage(QUESTIONS, directory, [
      () => {
        throw new ProblemError(PROBLEMS.many, 'At most 5 requests per second.', { retryAfterSeconds: 2 });
      },
    ]);
    const page = await get('/film/Q47703');
    assert.equal(page.status, 429);
    assert.equal(page.headers.get('retry-after'), '2');
    assert.match(page.text, /Too many searches[\s\S]*At most 5 requests/);
  });

  it('work without a built page, too', async () => {
    app = await runPage(QUESTIONS, join(directory, 'none'));
    const { status, text } = await get('/?q=godzilla');
    assert.equal(status, 200);
    assert.match(text, /^<!doctype html>[\s\S]*<title>godzilla – Caudal films<\/title>[\s\S]*Gareth Edwards/);
    assert.doesNotMatch(text, /<script|\{\{/);
  });
});
