import type { JSX } from 'preact';
import { Charts } from './parts/charts.tsx';
import { Consumers } from './parts/consumers.tsx';
import { Countries } from './parts/countries.tsx';
import { DeadLetters } from './parts/dead-letters.tsx';
import { FirstSteps } from './parts/first-steps.tsx';
import { Header } from './parts/header.tsx';
import { KeysDialog } from './parts/keys.tsx';
import { LaneCards } from './parts/lane-cards.tsx';
import { LightBand } from './parts/light.tsx';
import { Tail } from './parts/tail.tsx';
import { isStale, state } from './state/stream.ts';

/** The page. Figures that are no longer those of now are dimmed. */
export function App(): JSX.Element {
  return (
    <>
      <Header />
      <main class={`${state.value === undefined ? 'is-loading' : ''} ${isStale.value ? 'is-stale' : ''}`}>
        <LightBand />
        <FirstSteps />
        <LaneCards />
        <Charts />
        <Countries />
        <div class="bottom">
          <div class="stack">
            <Consumers />
            <DeadLetters />
          </div>
          <Tail />
        </div>
      </main>
      <KeysDialog />
    </>
  );
}
