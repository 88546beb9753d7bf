import { buildPage, PAGE_DIRECTORY } from './build-page.ts';

/** Builds the page where the console finds it, for the image: `node services/console/web/main.ts`. */
await buildPage(PAGE_DIRECTORY);
