import { type Catalogue, createCatalogue } from './catalogue.ts';
import { generateGames } from './generate.ts';
import { CatalogueError, readCsvGames } from './read-csv.ts';

/** Where the games come from. */
export interface CatalogueSource {
  /** CSV file of the games. Default: games are made up. */
  readonly file?: string | undefined;
  /** Number of games to make up, and what makes them the same each time. */
  readonly rows: number;
  readonly seed: number;
  /** Whether bad lines of the file are left out. Default: the catalogue is refused. */
  readonly skipBad?: boolean;
  /** Called with the list of the lines that were left out. */
  readonly onSkipped?: (list: string) => void;
}

/** Makes games up. */
export function generateCatalogue(seed: number, rows: number): Catalogue {
  return createCatalogue(generateGames(seed, rows));
}

/**
 * Loads the catalogue.
 * @throws CatalogueError that lists bad lines, at most 20 of them, or says why the file cannot be used
 */
export async function loadCatalogue(source: CatalogueSource): Promise<Catalogue> {
  const { file, rows, seed, skipBad = false } = source;
  if (file === undefined) return generateCatalogue(seed, rows);
  const { games, bad } = await readCsvGames(file);
  if (bad.count > 0 && !skipBad) throw new CatalogueError(`${file}: ${bad}`);
  if (games.length === 0) throw new CatalogueError(`${file}: no games`);
  if (bad.count > 0) source.onSkipped?.(`${file}: ${bad}`);
  return createCatalogue(games);
}
