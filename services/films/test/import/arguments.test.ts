import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readArguments } from '../../src/import/arguments.ts';
import { USAGE, UsageError } from '../../src/import/usage.ts';

const read = (line: string) => readArguments(line.split(' ').filter((word) => word !== ''));

describe('the command line of films', () => {
  it('imports the committed films unless others are named', () => {
    assert.deepEqual(read('import'), { command: 'import', url: undefined, wanted: { kind: 'committed' } });
    assert.deepEqual(read('versions --url postgresql://u@h/d'), {
      command: 'versions',
      url: 'postgresql://u@h/d',
    });
  });

  it('takes a CSV file, files of IMDb, or a number of films', () => {
    const wanted = (line: string) => {
      const task = read(`import ${line}`);
      return task.command === 'import' ? task.wanted : undefined;
    };
    assert.deepEqual(wanted('--csv f'), { kind: 'csv', file: 'f', badLines: 'refuse' });
    assert.deepEqual(wanted('--csv f --skip-bad'), { kind: 'csv', file: 'f', badLines: 'skip' });
    const files = { titles: 't', crew: 'c', names: 'n', ratings: undefined };
    assert.deepEqual(wanted('--titles t --crew c --names n'), { kind: 'imdb', files, types: ['movie'] });
    assert.deepEqual(wanted('--titles t --crew c --names n --ratings r --types movie,tvMovie'), {
      kind: 'imdb',
      files: { ...files, ratings: 'r' },
      types: ['movie', 'tvMovie'],
    });
    assert.deepEqual(wanted('--generate 50000'), { kind: 'generated', count: 50_000, seed: 1 });
    assert.deepEqual(wanted('--generate 1 --seed 0'), { kind: 'generated', count: 1, seed: 0 });
  });

  it('names what is wrong', () => {
    for (const [line, problem] of [
      ['', 'name a command: import or versions'],
      ['load', "unknown command 'load': import or versions"],
      ['import films.csv', "unexpected 'films.csv': files are given by their options"],
      ['import --file f', /^Unknown option '--file'/],
      ['import --csv', /--csv .*argument missing/],
      ['import --csv=', '--csv: empty'],
      ['import --csv f --generate 5', '--csv and --generate: choose one of them'],
      ['import --titles t --csv f', '--titles and --csv: choose one of them'],
      ['import --titles t', '--titles needs --crew'],
      ['import --titles t --crew c', '--titles needs --names'],
      ['import --crew c', '--crew needs --titles'],
      ['import --ratings r', '--ratings needs --titles'],
      ['import --titles t --crew c --names n --types movie,', /^--types movie,: names separated by commas/],
      ['import --skip-bad', '--skip-bad needs --csv'],
      ['import --seed 5', '--seed needs --generate'],
      ['import --generate 0', '--generate 0: a whole number from 1 to 1000000'],
      ['import --generate 1e3', '--generate 1e3: a whole number from 1 to 1000000'],
      ['import --generate 1000001', '--generate 1000001: a whole number from 1 to 1000000'],
      ['import --generate 5 --seed 4294967296', '--seed 4294967296: a whole number from 0 to 4294967295'],
      ['versions --csv f', '--csv is of no use to versions'],
    ] as const)
      assert.throws(
        () => read(line),
        (error: Error) =>
          error instanceof UsageError &&
          (typeof problem === 'string' ? error.message === problem : problem.test(error.message)),
        line,
      );
  });

  it('describes every option', () => {
    for (const name of [
      'titles',
      'crew',
      'names',
      'ratings',
      'types',
      'csv',
      'skip-bad',
      'generate',
      'seed',
      'url',
    ])
      assert.match(USAGE, new RegExp(`^  --${name} .*\\S`, 'm'));
  });
});
