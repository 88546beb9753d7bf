import { computed, effect, signal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import type { Light } from '../../../src/schemas.ts';
import { count, timeOfDay, utc } from '../model/format.ts';
import { LANES_SYSTEM } from '../model/lanes.ts';
import { countOf, type LightView, spokenLight, titleOf, viewLight } from '../model/light-view.ts';
import { heardAt, isStale, now, state } from '../state/stream.ts';
import { Icon } from './icon.tsx';

/** A screen reader is told of a state that lasts, not of every change. */
const SPEAK_EVERY_MS = 5_000;

const silentMs = computed(() => (isStale.value ? now.value - heardAt.value : undefined));
const lanesLight = computed(() => state.value?.lights[LANES_SYSTEM]);
const lanesView = computed(() => viewLight(lanesLight.value, silentMs.value));
const spoken = signal('');

/** Keeps the title, the icon of the tab and the announcement in step with the light. */
export function followLight(): void {
  effect(() => {
    const view = lanesView.value;
    document.title = titleOf(view, lanesLight.value);
    const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
    const href = `./icons/${view.state}.svg`;
    if (icon !== null && icon.getAttribute('href') !== href) icon.setAttribute('href', href);
  });
  setInterval(() => {
    spoken.value = spokenLight(lanesView.value);
  }, SPEAK_EVERY_MS);
}

/** The exactness light, and one for each further system that is on. */
export function LightBand(): JSX.Element {
  const others = Object.entries(state.value?.lights ?? {}).filter(([name]) => name !== LANES_SYSTEM);
  return (
    <section class="lights" id="light" tabIndex={-1} aria-label="Exactness">
      <LargeLight />
      {others.length > 0 && (
        <ul class="other-lights">
          {others.map(([name, light]) => (
            <SmallLight key={name} name={name} light={light} />
          ))}
        </ul>
      )}
      <p class="unseen" role="status">
        {spoken}
      </p>
    </section>
  );
}

/** The light in short, for the bar that stays in sight on a phone. */
export function LightPill(): JSX.Element {
  const view = lanesView.value;
  const inFlight = lanesLight.value?.inFlight ?? 0;
  return (
    <span class={`light-pill phone-only ${view.state}`} aria-hidden="true">
      <Icon name={view.state} />
      {view.state === 'in-flight' && inFlight > 0 ? count(inFlight) : view.word}
    </span>
  );
}

function LargeLight(): JSX.Element {
  const view = lanesView.value;
  const light = lanesLight.value;
  return (
    <div class={`light ${view.state}`} data-testid="light" data-state={view.state}>
      <span class="light-icon">
        <Icon name={view.state} />
      </span>
      <div class="light-text">
        <h2>
          <span class="light-word">{view.word}</span>
          {light !== undefined && silentMs.value === undefined && (
            <time class="light-since" dateTime={utc(light.since)} title={utc(light.since)}>
              since {timeOfDay(light.since)}
            </time>
          )}
        </h2>
        <p class="light-line">{view.line}</p>
        {view.notes.length > 0 && (
          <ul class="light-notes">
            {view.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        )}
      </div>
      {light !== undefined && <Figures light={light} view={view} />}
    </div>
  );
}

function Figures({ light, view }: { light: Light; view: LightView }): JSX.Element {
  const letters = Object.values(state.value?.lanes ?? {}).map(({ deadLetters }) => deadLetters);
  const known = letters.filter((value) => value !== undefined);
  // While messages are on their way, what is missing is not lost.
  const isJudged = view.state === 'exact' || view.state === 'drift';
  const missing = countOf(light, 'missing', 'lanes-differ');
  const surplus = countOf(light, 'surplus', 'doubled');
  return (
    <dl class="light-figures" aria-live="off">
      <Figure name="accepted" large>
        {count(light.accepted)}
      </Figure>
      <Figure name="in flight">{count(light.inFlight)}</Figure>
      <Figure name="missing" bad={isJudged && missing > 0}>
        {count(isJudged ? missing : undefined)}
      </Figure>
      <Figure name="surplus" bad={isJudged && surplus > 0}>
        {count(isJudged ? surplus : undefined)}
      </Figure>
      <Figure name="dead letters" bad={known.some((value) => value > 0)}>
        {count(known.length < letters.length ? undefined : known.reduce((sum, value) => sum + value, 0))}
      </Figure>
    </dl>
  );
}

function Figure({
  name,
  children,
  bad = false,
  large = false,
}: {
  name: string;
  children: ComponentChildren;
  bad?: boolean;
  large?: boolean;
}): JSX.Element {
  return (
    <div class={`figure ${bad ? 'bad' : ''} ${large ? 'large' : ''}`}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function SmallLight({ name, light }: { name: string; light: Light }): JSX.Element {
  const view = viewLight(light, silentMs.value);
  return (
    <li class={`small-light ${view.state}`} data-state={view.state}>
      <span class="light-icon">
        <Icon name={view.state} />
      </span>
      <strong>{name}</strong>
      <span class="light-word">{view.word}</span>
      <span class="light-line">{view.line}</span>
    </li>
  );
}
