import { buildShopPage, SHOP_PAGE_DIRECTORY } from './build-page.ts';

/** Builds the page for the image: `node services/orders/web/main.ts`. */
await buildShopPage(SHOP_PAGE_DIRECTORY);
