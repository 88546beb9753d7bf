/** Messages of a load by the release's own CronJob. */
export const ON_DEMAND_MESSAGES = 500;
/** Panels show quantiles of what was scraped during a load, which a fast machine ends within seconds. */
export const SCRAPE_SECONDS = 2;

/**
 * Values of the release `default`, which several files share. Those that pass the same ones find its pods as they are.
 * Longer paths than /, so that another release's Ingress may be there.
 */
export const INSTALLED = {
  ingress: {
    enabled: true,
    routes: ['/messages', '/openapi.json'].map((path) => ({ host: '', path, service: 'ingest' })),
  },
  prometheus: { scrapeInterval: `${SCRAPE_SECONDS}s` },
  loadtest: { env: { MESSAGES: ON_DEMAND_MESSAGES, USERS: 10 } },
};
