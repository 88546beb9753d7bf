import { Lifecycle, runMain } from '@caudal/common/lifecycle';
import { createLogger, type Logger } from '@caudal/common/logging';
import { createRegistry, type Registry } from '@caudal/common/metrics';
import { parseApiConfig } from '@caudal/films/api/config';
import { startService } from '@caudal/films/api/service';
import { createFilmReader, type RunningFilmReader } from '@caudal/films/replicas/create-film-reader';
import type { FilmReaderSettings } from '@caudal/films/replicas/settings';

/** What a mutant reads films with. */
type MakeReader = (
  settings: FilmReaderSettings,
  parts: { readonly logger: Logger; readonly registry: Registry },
) => RunningFilmReader;

/** Runs the API's own program with a reader that is broken on purpose. */
export function runApi(makeReader: MakeReader): void {
  runMain(async () => {
    const config = parseApiConfig(process.env);
    const logger = createLogger('films-api-mutant', config.logLevel);
    const lifecycle = new Lifecycle({ logger, drainTimeoutMs: config.drainTimeoutMs });
    lifecycle.handleSignals();
    const registry = createRegistry();
    const reader = makeReader(config.reader, { logger, registry });
    await startService({ config, reader, registry, lifecycle, logger });
  });
}

/** A reader that does something else with each read. */
export function readingBy(
  change: (read: RunningFilmReader['read']) => RunningFilmReader['read'],
): MakeReader {
  return (settings, parts) => {
    const reader = createFilmReader(settings, parts);
    return { ...reader, read: change((request) => reader.read(request)) };
  };
}
