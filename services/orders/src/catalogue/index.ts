export type { Catalogue } from './catalogue.ts';
export type { Game } from './game.ts';
export { MAX_ROWS } from './game.ts';
export { type CatalogueSource, generateCatalogue, loadCatalogue } from './load-catalogue.ts';
export { CatalogueError } from './read-csv.ts';
export { isCursor, type SearchPage } from './search.ts';
