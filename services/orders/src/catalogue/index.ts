export type { Catalogue } from './catalogue.ts';
export type { Game } from './game.ts';
export { MAX_ROWS } from './game.ts';
export { generateCatalogue, loadCatalogue } from './load-catalogue.ts';
export { isCursor } from './search.ts';
