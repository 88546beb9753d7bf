import type { JSX } from 'preact';
import { count, timeOfDay, utc } from '../model/format.ts';
import { lanesOf } from '../model/lanes.ts';
import { deadLetters } from '../state/dead-letters.ts';
import { state } from '../state/stream.ts';
import { hueStyle } from './hue.ts';
import { Icon } from './icon.tsx';

const SHOWN = 5;

/** Messages that no store would take, with the reasons. */
export function DeadLetters(): JSX.Element {
  const lanes = lanesOf(state.value);
  const parked = lanes.filter((lane) => (lane.deadLetters ?? 0) > 0);
  const unknown = lanes.filter((lane) => lane.deadLetters === undefined);
  return (
    <section class="card dead-letters" aria-label="Dead letters">
      <header class="toolbar">
        <h2>Dead letters</h2>
        <span class="hint">parked, not stored</span>
      </header>
      {lanes.length > 0 && parked.length === 0 && unknown.length === 0 && (
        <p class="all-well">
          <Icon name="exact" /> none in any lane
        </p>
      )}
      {unknown.length > 0 && <p class="empty">Unknown: {unknown.map(({ title }) => title).join(', ')}</p>}
      {parked.map((lane) => (
        <div key={lane.name} class="parked" style={hueStyle(lane.hue)}>
          <h3>
            <i class="swatch" />
            {lane.title} <b>{count(lane.deadLetters)}</b>
          </h3>
          <Letters lane={lane.name} />
        </div>
      ))}
    </section>
  );
}

function Letters({ lane }: { lane: string }): JSX.Element | null {
  const read = deadLetters.value[lane];
  if (read === undefined) return null;
  return (
    <>
      <ol>
        {read.letters.slice(0, SHOWN).map((letter) => (
          <li key={letter.source}>
            <span class="reason">{letter.reason}</span>
            <span class="hint">
              {letter.source}
              {letter.parkedAt !== undefined && (
                <time dateTime={utc(letter.parkedAt)} title={utc(letter.parkedAt)}>
                  {' '}
                  {timeOfDay(letter.parkedAt)}
                </time>
              )}
            </span>
          </li>
        ))}
      </ol>
      {read.note !== undefined && <p class="hint">{read.note}</p>}
    </>
  );
}
