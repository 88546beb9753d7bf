import { runMain } from '@caudal/common/lifecycle';
import { createLogger } from '@caudal/common/logging';
import { committedFilms, generatedFilms } from '../data/film-sources.ts';
import { loadSchemaConfig } from './config.ts';
import { ensureFilms } from './ensure-films.ts';

/**
 * As the owner of the database, makes the schema of the films, so that the API needs few rights, and imports films where there are none;
 * exits when that is done. Films that someone has imported since are kept.
 */
runMain(async () => {
  const { settings, apiRole, generate, logLevel } = loadSchemaConfig(process.env);
  const source = generate === 0 ? committedFilms() : generatedFilms(generate);
  await ensureFilms(settings, { apiRole, source, others: 'keep' }, createLogger('films-schema', logLevel));
});
