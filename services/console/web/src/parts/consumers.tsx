import type { JSX } from 'preact';
import type { ConsumerReport } from '../../../src/schemas.ts';
import { count, latency, rate } from '../model/format.ts';
import { lanesOf, type NamedLane } from '../model/lanes.ts';
import { state } from '../state/stream.ts';
import { hueStyle } from './hue.ts';

/** Who stores the messages of each lane, with the partitions or the prefetch it has. */
export function Consumers(): JSX.Element {
  const lanes = lanesOf(state.value);
  const consumers = Object.entries(state.value?.consumers ?? {});
  return (
    <section class="card consumers" aria-label="Consumers">
      <header class="toolbar">
        <h2>Consumers</h2>
        <span class="hint">partitions, or in hand of prefetch</span>
      </header>
      {consumers.length === 0 && <p class="empty">No consumer is known.</p>}
      {lanes.map((lane) => {
        const own = consumers.filter(([, consumer]) => consumer.lane === lane.name);
        return (
          own.length > 0 && (
            <div key={lane.name} class="consumer-lane" style={hueStyle(lane.hue)}>
              <h3>
                <i class="swatch" />
                {lane.title}
              </h3>
              <ul>
                {own.map(([key, consumer]) => (
                  <Consumer key={key} consumer={consumer} lane={lane} />
                ))}
              </ul>
            </div>
          )
        );
      })}
    </section>
  );
}

function Consumer({ consumer, lane }: { consumer: ConsumerReport; lane: NamedLane }): JSX.Element {
  const { name, state: condition, perSecond, p95Seconds } = consumer;
  return (
    <li class={`consumer is-${condition}`}>
      <span class="consumer-name" title={name}>
        <i class="dot" />
        {name}
        {condition !== 'running' && <em>{condition}</em>}
      </span>
      <Share consumer={consumer} partitions={state.value?.partitions[lane.name]} />
      <span class="consumer-figures">
        <span>{rate(perSecond)}/s</span>
        <span title="95th percentile from ingest to store">p95 {latency(p95Seconds)}</span>
      </span>
    </li>
  );
}

/** What a consumer has of its source: a cell for each partition of a log, or how much of its prefetch it has in hand. */
function Share({
  consumer: { partitions: own, sources, inHand, prefetch },
  partitions,
}: {
  consumer: ConsumerReport;
  partitions: number | undefined;
}): JSX.Element {
  if (own !== undefined && partitions !== undefined) {
    const label = `partitions ${own.length === 0 ? 'none' : own.join(', ')} of ${partitions}`;
    return (
      <span class="strip" role="img" aria-label={label} title={label}>
        {Array.from({ length: partitions }, (_, partition) => (
          <i key={partition} class={own.includes(partition) ? 'own' : ''} />
        ))}
      </span>
    );
  }
  if (inHand !== undefined && prefetch !== undefined) {
    const label = `${count(inHand)} of ${count(prefetch)} in hand`;
    return (
      <span class="gauge" role="img" aria-label={label} title={label}>
        <i style={{ width: `${Math.min(100, (100 * inHand) / prefetch)}%` }} />
        <b>{label}</b>
      </span>
    );
  }
  return (
    <span class="share">
      {[
        sources !== undefined && partitions !== undefined && `${count(sources)} of ${partitions} partitions`,
        inHand !== undefined && `${count(inHand)} in hand`,
      ]
        .filter(Boolean)
        .join(', ')}
    </span>
  );
}
