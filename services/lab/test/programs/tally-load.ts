import { check } from 'k6';
import http from 'k6/http';
import { Counter } from 'k6/metrics';

declare const __ENV: Readonly<Record<string, string>>;

/** k6 script of the scratch system: posts, and writes a ledger of what was accepted. */
const accepted = new Counter('accepted');
const startedAt = new Date().toISOString();

export const options = {
  scenarios: {
    tally: { executor: 'shared-iterations', vus: 2, iterations: Number(__ENV.POSTS), exec: 'post' },
  },
};

export function post(): void {
  const response = http.post(`${__ENV.BASE_URL}/tally`);
  if (check(response, { accepted: ({ status }) => status === 202 })) accepted.add(1);
}

export function handleSummary(data: {
  readonly metrics: Readonly<
    Record<string, { readonly values: Readonly<Record<string, number>> } | undefined>
  >;
}): Record<string, string> {
  const count = data.metrics.accepted?.values.count ?? 0;
  return {
    [__ENV.ACCOUNT_FILE ?? '']: JSON.stringify({ startedAt, accepted: count, thresholds: { passed: true } }),
  };
}
