import { computed } from '@preact/signals';
import type { JSX } from 'preact';
import { count, latency, rate, span } from '../model/format.ts';
import { lanesOf, type NamedLane } from '../model/lanes.ts';
import { points } from '../state/history.ts';
import { state } from '../state/stream.ts';
import { hueStyle } from './hue.ts';
import { ScaleButtons } from './scale-buttons.tsx';
import { Sparkline } from './sparkline.tsx';

const lanes = computed(() => lanesOf(state.value));

/** Ingest and every lane, each with its figures of now. */
export function LaneCards(): JSX.Element {
  return (
    <section class="cards" aria-label="Lanes">
      <IngestCard />
      {lanes.value.map((lane) => (
        <LaneCard key={lane.name} lane={lane} />
      ))}
    </section>
  );
}

function IngestCard(): JSX.Element {
  const ingest = state.value?.ingest;
  return (
    <article class="card lane-card" style={hueStyle(undefined)} data-testid="ingest">
      <header>
        <h3 title={ingest?.note}>Ingest</h3>
      </header>
      <div class="lane-rate">
        <b>{rate(ingest?.perSecond)}</b>
        <span>msg/s accepted</span>
      </div>
      <Sparkline values={points.value.map((point) => point.ingest)} />
      <dl class="pairs">
        <Pair name="accepted" value={count(ingest?.accepted)} />
      </dl>
      <Quantiles seconds={ingest?.seconds} what="Response time" />
    </article>
  );
}

const STATES = { running: 'running', paused: 'paused', unreadable: 'cannot be read' } as const;

function LaneCard({ lane }: { lane: NamedLane }): JSX.Element {
  const { backlog, stored, errors } = lane;
  const failures = Object.values(errors).filter((text) => text !== undefined);
  return (
    <article
      class={`card lane-card is-${lane.state}`}
      style={hueStyle(lane.hue)}
      data-testid={`lane-${lane.name}`}
      data-state={lane.state}
    >
      <header>
        <h3 title={lane.name}>{lane.title}</h3>
        <span class={`badge state-${lane.state}`}>{STATES[lane.state]}</span>
      </header>
      <div class="lane-rate">
        <b>{rate(lane.perSecond)}</b>
        <span>msg/s stored</span>
      </div>
      <Sparkline values={points.value.map((point) => point.lanes[lane.name]?.perSecond ?? null)} />
      <dl class="pairs">
        <Pair name="stored" value={count(stored?.total)} />
        <Pair
          name={backlog?.covers === 'waiting only' ? 'waiting' : 'backlog'}
          value={count(backlog?.messages)}
          title={backlogTitle(lane)}
        />
        <Pair name="behind" value={span(backlog?.secondsBehind)} />
      </dl>
      <Quantiles seconds={lane.seconds} what="From ingest to store" />
      {failures.length > 0 && <p class="lane-error">{failures.join(' · ')}</p>}
      <ScaleButtons lane={lane.name} consumers={backlog?.consumers} />
    </article>
  );
}

function backlogTitle({ backlog }: NamedLane): string | undefined {
  if (backlog?.waiting === undefined && backlog?.inHand === undefined) return undefined;
  return `waiting ${count(backlog.waiting)}, in hand ${count(backlog.inHand)}`;
}

function Pair({
  name,
  value,
  title,
}: {
  name: string;
  value: string;
  title?: string | undefined;
}): JSX.Element {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Quantiles({
  seconds,
  what,
}: {
  seconds: { p50: number; p95: number; p99: number } | undefined;
  what: string;
}): JSX.Element {
  return (
    <dl class="quantiles" title={`${what}, over the last minute`}>
      {(['p50', 'p95', 'p99'] as const).map((quantile) => (
        <div key={quantile} class={quantile}>
          <dt>{quantile}</dt>
          <dd>{latency(seconds?.[quantile])}</dd>
        </div>
      ))}
    </dl>
  );
}
