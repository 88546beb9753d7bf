import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { AppError } from '../errors.ts';

/** A numbered step of a schema. */
export interface Migration {
  readonly number: number;
  /** Name of its file, `0001-messages.sql`. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, hexadecimal. */
  readonly checksum: string;
}

/** What a database has recorded of a migration. */
export interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

const FILE_NAME = /^(\d{4})-[a-z0-9-]+\.sql$/;

/**
 * Reads the migrations in a folder: `0001-<what>.sql`, `0002-…`, each applied once, in one transaction with the others, with the
 * schema as its search path. A file never changes once it has been released.
 *
 * @throws TypeError that names a file whose name or number is wrong
 */
export function readMigrations(folder: URL): readonly Migration[] {
  return readdirSync(folder)
    .sort()
    .map((name, index) => {
      const number = Number(FILE_NAME.exec(name)?.[1]);
      if (number !== index + 1)
        throw new TypeError(
          `migration ${name}: its name should be ${String(index + 1).padStart(4, '0')}-<what>.sql`,
        );
      const sql = readFileSync(new URL(name, folder), 'utf8');
      return { number, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

/**
 * Returns the migrations that a database lacks.
 * @throws AppError `STORE_REJECTED` that names the file, if the database has one that changed, is missing here, or is newer
 */
export function missingMigrations(
  schema: string,
  migrations: readonly Migration[],
  applied: readonly AppliedMigration[],
): readonly Migration[] {
  for (const { number, name, checksum } of applied) {
    const migration = migrations[number - 1];
    if (migration === undefined)
      throw refused(
        `schema '${schema}' has migration ${name}, which is newer than this release: use the release that has it`,
      );
    if (migration.name !== name)
      throw refused(`schema '${schema}' has migration ${name}, whose file is missing here`);
    if (migration.checksum !== checksum)
      throw refused(
        `migration ${name} has changed since it was applied to schema '${schema}': restore the file`,
      );
  }
  const numbers = new Set(applied.map(({ number }) => number));
  return migrations.filter(({ number }) => !numbers.has(number));
}

function refused(problem: string): AppError {
  return new AppError('STORE_REJECTED', problem);
}
