import type { Environment } from '@caudal/common/config';
import { createLogger } from '@caudal/common/logging';
import type { PostgresqlSettings } from '@caudal/common/postgresql';
import type { FilmSource } from '../data/film-source.ts';
import { committedFilms, csvFilms, generatedFilms, imdbFilms } from '../data/film-sources.ts';
import { importFilms } from '../data/import-films.ts';
import { withDatabase } from '../data/with-database.ts';
import { migrateFilms } from '../schema/create-schema.ts';
import { apiRoleOf } from '../schema/rights.ts';
import { readArguments, type Wanted } from './arguments.ts';
import { databaseUrl } from './database-url.ts';
import { listVersions } from './list-versions.ts';
import { progressLine } from './progress-line.ts';

/** Where the command writes to: results, and what it is doing. */
export interface Output {
  result(text: string): void;
  say(line: string): void;
}

/** Time to wait for a server that does not answer. */
const PATIENCE_MS = 10_000;
const TIMEOUT_MS = 30_000;

/** Carries a command line out. @throws UsageError, ImportError, AppError */
export async function runCommand(
  args: readonly string[],
  environment: Environment,
  output: Output,
): Promise<void> {
  const task = readArguments(args);
  const settings: PostgresqlSettings = {
    clientName: 'caudal-films-import',
    url: await databaseUrl(task.url, environment.POSTGRESQL_URL),
    ca: undefined,
    commandTimeoutMs: TIMEOUT_MS,
  };
  const apiRole = apiRoleOf(environment);
  const logger = createLogger('films-import', 'silent');
  const use = {
    settings,
    logger,
    patienceMs: PATIENCE_MS,
    prepare: (client: Parameters<typeof migrateFilms>[0]) => migrateFilms(client, apiRole, logger),
  };
  if (task.command === 'versions') {
    output.result(await withDatabase(use, listVersions));
    return;
  }
  const source = sourceOf(task.wanted, output);
  const startedAt = performance.now();
  const imported = await withDatabase(use, (client) =>
    importFilms(client, {
      source,
      apiRole,
      onProgress: (progress) => output.say(progressLine(progress)),
    }),
  );
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  output.result(
    `version ${imported.version}: ${imported.films} films by ${imported.people} directors, in ${seconds} s\n`,
  );
}

function sourceOf(wanted: Wanted, { say }: Output): FilmSource {
  const onSkipped = (list: string): void => say(`left out: ${list}`);
  switch (wanted.kind) {
    case 'committed':
      return committedFilms();
    case 'csv':
      return csvFilms(wanted.file, { badLines: wanted.badLines, onSkipped });
    case 'imdb':
      return imdbFilms(wanted.files, {
        types: wanted.types,
        onSkipped,
        onReading: (file) => say(`reading ${file}`),
      });
    case 'generated':
      return generatedFilms(wanted.count, wanted.seed);
  }
}
