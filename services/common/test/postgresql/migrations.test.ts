import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type AppliedMigration, missingMigrations, readMigrations } from '../../src/postgresql/migrations.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caudal-migrations-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, sql = 'select 1'): Promise<void> => writeFile(join(folder, name), sql);
const read = () => readMigrations(pathToFileURL(`${folder}/`));
const applied = (): AppliedMigration[] =>
  read().map(({ number, name, checksum }) => ({ number, name, checksum }));

it('reads them in the order of their numbers', async () => {
  await write('0002-second.sql', 'select 2');
  await write('0001-first.sql', 'select 1');
  assert.deepEqual(
    read().map(({ number, name, sql }) => [number, name, sql]),
    [
      [1, '0001-first.sql', 'select 1'],
      [2, '0002-second.sql', 'select 2'],
    ],
  );
});

for (const [title, names, wrong] of [
  ['a gap', ['0001-a.sql', '0003-c.sql'], /migration 0003-c\.sql: its name should be 0002-/],
  ['a number twice', ['0001-a.sql', '0001-b.sql'], /migration 0001-b\.sql: its name should be 0002-/],
  ['another file', ['0001-a.sql', 'notes.txt'], /migration notes\.txt/],
  ['a start above one', ['0002-b.sql'], /migration 0002-b\.sql: its name should be 0001-/],
] as const) {
  it(`refuses ${title}, by the file's name`, async () => {
    for (const name of names) await write(name);
    assert.throws(read, { name: 'TypeError', message: wrong });
  });
}

it('lacks what was not applied', async () => {
  await write('0001-a.sql');
  await write('0002-b.sql');
  const all = read();
  assert.deepEqual(missingMigrations('s', all, []), all);
  assert.deepEqual(missingMigrations('s', all, applied().slice(0, 1)), all.slice(1));
  assert.deepEqual(missingMigrations('s', all, applied()), []);
});

it('refuses a database whose file has changed, is missing here, or is newer', async () => {
  await write('0001-a.sql');
  await write('0002-b.sql');
  const before = applied();
  await write('0001-a.sql', 'select 2');
  const refusal = (message: string) => ({ code: 'STORE_REJECTED', retriable: false, message });
  assert.throws(
    () => missingMigrations('s', read(), before),
    refusal(`migration 0001-a.sql has changed since it was applied to schema 's': restore the file`),
  );
  await write('0001-a.sql');
  const [first] = before as [AppliedMigration];
  assert.throws(
    () => missingMigrations('s', read(), [first, { number: 2, name: '0002-other.sql', checksum: '' }]),
    refusal(`schema 's' has migration 0002-other.sql, whose file is missing here`),
  );
  assert.throws(
    () => missingMigrations('s', read(), [...before, { number: 3, name: '0003-c.sql', checksum: '' }]),
    refusal(
      `schema 's' has migration 0003-c.sql, which is newer than this release: use the release that has it`,
    ),
  );
});
