import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isRetriable } from '@caudal/common/errors';
import { createLogger } from '@caudal/common/logging';
import { eventually, useServers } from '@caudal/common/testing';
import { directorId } from '../../src/data/director-id.ts';
import type { FilmSource } from '../../src/data/film-source.ts';
import { FilmsFileError, ImportRunningError } from '../../src/data/import-error.ts';
import { type ImportedVersion, importFilms } from '../../src/data/import-films.ts';
import { withDatabase } from '../../src/data/with-database.ts';
import { DEFAULT_API_ROLE, ensureFilms } from '../../src/schema/index.ts';
import { type FilmsBed, openFilmsBed, versionsOf } from '../support/films-bed.ts';
import { runProgram } from '../support/run-program.ts';
import { filmOf, haltingSource, sourceOf } from '../support/some-films.ts';

const servers = useServers('postgresql');
const logger = createLogger('test', 'silent');

describe('an import of films', () => {
  let bed: FilmsBed;
  before(async () => {
    bed = await openFilmsBed(servers());
  });
  after(() => bed?.close());

  const importInto = (source: FilmSource, into: FilmsBed = bed): Promise<ImportedVersion> =>
    withDatabase({ settings: into.settings('owner'), logger, prepare: () => Promise.resolve() }, (client) =>
      importFilms(client, { source, apiRole: DEFAULT_API_ROLE }),
    );

  it('keeps all of a film, its directors in their order, and what searches need', async () => {
    const films = [
      filmOf('Q1', {
        imdbId: 'tt0000001',
        title: `Amélie, "c'est" {moi}\\`,
        by: ['Zoë Ån', 'B, "Sea" {x}'],
        genres: ['Drama', 'a "b", {c}'],
        runtimeMinutes: 90,
        countries: ['France'],
        popularity: 7,
      }),
      filmOf('Q2', { title: 'Up up', year: null, by: ['B, "Sea" {x}'] }),
      filmOf('Q3', { title: '$', by: [] }),
    ];
    const { version, ...counts } = await importInto(sourceOf('three', films));
    assert.deepEqual(counts, { films: 3, people: 2 });
    const schema = `films_v${version}`;
    const read = <Row extends object>(columns: string, from: string) =>
      bed.query<Row>('api', `select ${columns} from ${schema}.${from}`);
    assert.deepEqual(await read('*, words::text as words', 'film order by ordinal'), [
      {
        id: 'Q1',
        ordinal: 1,
        imdb_id: 'tt0000001',
        title: `Amélie, "c'est" {moi}\\`,
        folded: 'amelie cest moi',
        words: "'amelie' 'cest' 'moi'",
        year: 1999,
        genres: ['Drama', 'a "b", {c}'],
        runtime_minutes: 90,
        countries: ['France'],
        popularity: 7,
      },
      {
        id: 'Q2',
        ordinal: 2,
        imdb_id: '',
        title: 'Up up',
        folded: 'up up',
        words: "'up'",
        year: null,
        genres: [],
        runtime_minutes: null,
        countries: [],
        popularity: 0,
      },
      {
        id: 'Q3',
        ordinal: 3,
        imdb_id: '',
        title: '$',
        folded: '$',
        words: "'$'",
        year: 1999,
        genres: [],
        runtime_minutes: null,
        countries: [],
        popularity: 0,
      },
    ]);
    const [zoe, sea] = [directorId('Zoë Ån'), directorId('B, "Sea" {x}')];
    assert.deepEqual(await read('*', 'film_director order by film_id, position'), [
      { film_id: 'Q1', position: 1, person_id: zoe },
      { film_id: 'Q1', position: 2, person_id: sea },
      { film_id: 'Q2', position: 1, person_id: sea },
    ]);
    assert.deepEqual(await read('id, name, folded, words::text as words, films', 'person order by films'), [
      { id: zoe, name: 'Zoë Ån', folded: 'zoe an', words: "'an' 'zoe'", films: 1 },
      { id: sea, name: 'B, "Sea" {x}', folded: 'b sea x', words: "'b' 'sea' 'x'", films: 2 },
    ]);
    assert.deepEqual(await read('word, uses', 'title_word order by word'), [
      { word: '$', uses: 1 },
      { word: 'amelie', uses: 1 },
      { word: 'cest', uses: 1 },
      { word: 'moi', uses: 1 },
      { word: 'up', uses: 1 },
    ]);
    const spellings = await read<{ spelling: string }>(
      'spelling',
      `title_spelling where word in ('up', '$', 'moi')`,
    );
    assert.deepEqual(spellings.map(({ spelling }) => spelling).sort(), [
      'mi',
      'mo',
      'moi',
      'oi',
      'p',
      'u',
      'up',
    ]);
    assert.deepEqual(await read('word, uses', "name_word where word in ('sea', 'an') order by word"), [
      { word: 'an', uses: 1 },
      { word: 'sea', uses: 1 },
    ]);
    const [row] = await bed.query(
      'owner',
      'select state, source, films, people from films.version where id = $1',
      [version],
    );
    assert.deepEqual(row, { state: 'current', source: 'three', films: 3, people: 2 });
  });

  it('is visible at once and whole, while others read', async () => {
    const { version: earlier } = await importInto(sourceOf('old', [filmOf('Q1', { title: 'old 1' })]));
    const { source, halted, resume } = haltingSource('new', 5_000);
    const reader = await bed.connect('api');
    const seen = new Set<string>();
    const readOnce = async (): Promise<void> => {
      const current = await reader.query<{ id: number; films: number; source: string }>(
        `select id, films, source from films.version where state = 'current'`,
      );
      assert.equal(current.rows.length, 1);
      const [{ id, films, source: from } = { id: 0, films: 0, source: '' }] = current.rows;
      const { rows } = await reader.query(
        `select count(*)::integer as films, count(*) filter (where title like $1)::integer as its, count(distinct ordinal)::integer as ordinals
           from films_v${id}.film`,
        [`${from} %`],
      );
      assert.deepEqual(rows, [{ films, its: films, ordinals: films }]);
      seen.add(`${id}: ${films} of ${from}`);
    };
    try {
      let isOver = false;
      const imported = importInto(source).finally(() => {
        isOver = true;
      });
      await halted;
      await eventually(
        () =>
          bed.query<{ films: number }>(
            'owner',
            `select count(*)::integer as films from films_v${earlier + 1}.film`,
          ),
        ([row]) => (row?.films ?? 0) > 0,
        { pastErrors: true },
      );
      await readOnce();
      assert.deepEqual([...seen], [`${earlier}: 1 of old`]);
      resume();
      while (!isOver) await readOnce();
      assert.deepEqual(await imported, { version: earlier + 1, films: 5_000, people: 1 });
      await readOnce();
      assert.deepEqual([...seen], [`${earlier}: 1 of old`, `${earlier + 1}: 5000 of new`]);
    } finally {
      resume();
      await reader.end();
    }
  });

  it('is refused while another one runs, which is not disturbed', async () => {
    const { source, halted, resume } = haltingSource('slow', 10);
    const first = importInto(source);
    try {
      await halted;
      await assert.rejects(importInto(sourceOf('second', [filmOf('Q1')])), ImportRunningError);
      const { ended } = runProgram('import', ['import', '--url', bed.urls.owner], {});
      assert.deepEqual(await ended, {
        code: 1,
        output: '',
        errors: 'another import is running: wait until it has ended\n',
      });
    } finally {
      resume();
    }
    const { version } = await first;
    assert.equal((await versionsOf(bed)).current, version);
  });

  it('leaves searches as they were when its process is killed, and its schema to the next one', async () => {
    const { current: before } = await versionsOf(bed);
    const { child, ended } = runProgram('import', ['import', '--generate', '400000'], {
      POSTGRESQL_URL: bed.urls.owner,
    });
    const [loading] = await eventually(
      () => bed.query<{ id: number }>('owner', `select id from films.version where state = 'loading'`),
      (rows) => rows.length === 1,
    );
    assert.ok(loading !== undefined);
    await eventually(
      () =>
        bed.query<{ films: number }>(
          'owner',
          `select count(*)::integer as films from films_v${loading.id}.film`,
        ),
      ([row]) => (row?.films ?? 0) > 0,
      { pastErrors: true },
    );
    child.kill('SIGKILL');
    await ended;
    const between = await versionsOf(bed);
    assert.equal(between.current, before);
    assert.ok(between.schemas.includes(`films_v${loading.id}`));
    // The server notices within a second that its client has gone.
    const { version } = await eventually(
      () => importInto(sourceOf('next', [filmOf('Q1')])),
      () => true,
      { pastErrors: true },
    );
    const { current, kept, schemas } = await versionsOf(bed);
    assert.equal(current, version);
    assert.ok(!kept.includes(loading.id) && !schemas.includes(`films_v${loading.id}`), schemas.join());
  });

  it('says that the server is away where it loses it, and has changed nothing', async () => {
    const before = await versionsOf(bed);
    const { source, halted, resume } = haltingSource('lost', 10);
    const lost = importInto(source);
    await halted;
    await bed.cutConnections();
    resume();
    await assert.rejects(lost, (error: Error) => {
      assert.ok(isRetriable(error));
      assert.match(error.message, /^postgresql: (?!.*queryable)/);
      return true;
    });
    assert.equal((await versionsOf(bed)).current, before.current);
  });

  it('drops at once what it has written of films that end with an error, or of none', async () => {
    const before = await versionsOf(bed);
    const broken: FilmSource = {
      name: 'broken',
      films: function* () {
        yield filmOf('Q1');
        throw new FilmsFileError('line 3: bad');
      },
    };
    await assert.rejects(importInto(broken), /^FilmsFileError: line 3: bad$/);
    await assert.rejects(importInto(sourceOf('none', [])), /^FilmsFileError: none: no films$/);
    const twoOfOne = sourceOf('two', [
      { ...filmOf('Q1'), directors: [{ id: 'd1', name: 'A' }] },
      { ...filmOf('Q2'), directors: [{ id: 'd1', name: 'B' }] },
    ]);
    await assert.rejects(importInto(twoOfOne), /directors A and B have the same id d1/);
    const after = await versionsOf(bed);
    assert.equal(after.current, before.current);
    assert.deepEqual(
      after.schemas,
      after.kept.map((id) => `films_v${id}`),
    );
  });

  it('keeps the version before it, and drops older ones', async () => {
    const imported = [];
    for (const name of ['a', 'b', 'c'])
      imported.push((await importInto(sourceOf(name, [filmOf('Q1')]))).version);
    const [, b = 0, c = 0] = imported;
    assert.deepEqual(await versionsOf(bed), {
      current: c,
      kept: [b, c],
      schemas: [`films_v${b}`, `films_v${c}`],
    });
  });

  it('lets the role of the API read, and beat, and nothing else', async () => {
    const { version } = await importInto(sourceOf('rights', [filmOf('Q1')]));
    for (const allowed of [
      'select * from films.version, films.beat, films.schema_version',
      `select * from films_v${version}.film, films_v${version}.name_spelling`,
      'select films.beat()',
    ])
      await bed.query('api', allowed);
    for (const refused of [
      `update films.version set state = 'previous'`,
      `select films.publish(${version})`,
      'update films.beat set at = now()',
      `delete from films_v${version}.film`,
      'create schema mine',
      'create table films.mine ()',
    ])
      await assert.rejects(bed.query('api', refused), { code: '42501' }, refused);
    const callable = await bed.query(
      'api',
      `select proname from pg_proc where pronamespace = 'films'::regnamespace and has_function_privilege(oid, 'execute')`,
    );
    assert.deepEqual(callable, [{ proname: 'beat' }]);
  });

  it('shows its progress and its result by the command, which lists versions too', async () => {
    const run = (...args: readonly string[]) =>
      runProgram('import', args, { POSTGRESQL_URL: bed.urls.owner }).ended;
    const { code, output } = await run('import', '--generate', '500');
    assert.match(output, /^version \d+: 500 films by \d+ directors, in \d+ s\n$/);
    assert.equal(code, 0);
    const { current } = await versionsOf(bed);
    const list = await run('versions');
    assert.match(
      list.output,
      new RegExp(
        `^ *${current}  current   500 films by \\d+ directors +\\d{4}-\\S+Z  generated \\(500 films, seed 1\\)\n.*previous`,
      ),
    );
    assert.equal(list.code, 0);
  });
});

describe('films that are to be there', () => {
  let bed: FilmsBed;
  before(async () => {
    bed = await openFilmsBed(servers(), 'bare');
  });
  after(() => bed?.close());

  const ensure = (source: FilmSource, others?: 'keep' | 'replace') =>
    ensureFilms(bed.settings('owner'), { apiRole: DEFAULT_API_ROLE, source, others }, logger);

  it('are imported once, whoever asks for them at the same time', async () => {
    const { source, halted, resume } = haltingSource('first', 10);
    const both = [ensure(source), ensure(source)];
    await halted;
    resume();
    await Promise.all(both);
    await ensure(source);
    assert.deepEqual(await versionsOf(bed), { current: 1, kept: [1], schemas: ['films_v1'] });
  });

  it('are imported instead of those of another source, unless these are to be kept', async () => {
    const other = sourceOf('second', [filmOf('Q1')]);
    await ensure(other, 'keep');
    assert.equal((await versionsOf(bed)).current, 1);
    await ensure(other, 'replace');
    assert.equal((await versionsOf(bed)).current, 2);
  });

  it('are the committed ones for the schema program, or as many as asked, unless there are others', async () => {
    const empty = await openFilmsBed(servers(), 'bare');
    try {
      const environment = { POSTGRESQL_URL: empty.urls.owner, FILMS_GENERATE: '700' };
      const first = await runProgram('schema', [], environment).ended;
      assert.deepEqual([first.code, first.errors], [0, '']);
      const again = await runProgram('schema', [], { POSTGRESQL_URL: empty.urls.owner }).ended;
      assert.deepEqual([again.code, again.errors], [0, '']);
      const rows = await empty.query('api', 'select id, state, films from films.version');
      assert.deepEqual(rows, [{ id: 1, state: 'current', films: 700 }]);
      const wrongRole = await runProgram('schema', [], { ...environment, FILMS_API_ROLE: 'no_one' }).ended;
      assert.equal(wrongRole.code, 1);
      assert.match(wrongRole.errors, /role "no_one" does not exist/);
    } finally {
      await empty.close();
    }
  });

  it('are waited for by name only as long as someone may wait', async () => {
    const away = { ...bed.settings('owner'), url: 'postgresql://caudal_films_owner@127.0.0.1:1/films' };
    await assert.rejects(
      withDatabase({ settings: away, logger, patienceMs: 2_000, prepare: () => Promise.resolve() }, () =>
        Promise.resolve(),
      ),
      (error: Error) =>
        isRetriable(error) && /^postgresql: connect ECONNREFUSED 127\.0\.0\.1:1$/.test(error.message),
    );
  });
});
