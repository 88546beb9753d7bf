import type { JSX } from 'preact';
import { state } from '../state/stream.ts';

const STEPS = [
  {
    title: 'Send some messages',
    local: 'npm run load -- --messages 10000',
    cluster: 'kubectl create job load-1 --from=cronjob/caudal-load',
  },
  {
    title: 'Break something',
    local: 'npm run servers -- kill <server>',
    cluster: 'kubectl delete pod <pod>',
  },
  {
    title: 'Watch it come back, exact',
    local: 'npm run verify',
    cluster: 'npm run verify -- --release caudal',
  },
] as const;

/** What to do on a page on which nothing has happened yet. */
export function FirstSteps(): JSX.Element | null {
  const { value } = state;
  if (value === undefined) return null;
  const stored = Object.values(value.lanes).map((lane) => lane.stored?.total);
  if ((value.ingest.accepted ?? 0) > 0 || stored.some((total) => total !== 0)) return null;
  return (
    <section class="first-steps" aria-label="First steps">
      {STEPS.map(({ title, local, cluster }, index) => (
        <article key={title} class="card">
          <b class="step">{index + 1}</b>
          <h2>{title}</h2>
          <p>
            <span class="hint">this machine</span>
            <code>{local}</code>
          </p>
          <p>
            <span class="hint">Kubernetes</span>
            <code>{cluster}</code>
          </p>
        </article>
      ))}
    </section>
  );
}
