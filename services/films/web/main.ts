import { buildFilmsPage, FILMS_PAGE_DIRECTORY } from './build-page.ts';

/** Builds the page for the image: `node services/films/web/main.ts`. */
await buildFilmsPage(FILMS_PAGE_DIRECTORY);
