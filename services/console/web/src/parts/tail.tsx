import type { JSX } from 'preact';
import type { LiveMessage } from '../../../src/schemas.ts';
import { count, countryName, exactTimeOfDay, messages, utc } from '../model/format.ts';
import { state } from '../state/stream.ts';
import {
  clear,
  country,
  follow,
  missed,
  mode,
  pause,
  play,
  received,
  shownRows,
  type TailMode,
  type TailRow,
} from '../state/tail.ts';
import { Icon } from './icon.tsx';

const WORDS: Readonly<Record<TailMode, string>> = {
  off: 'off',
  connecting: 'connecting',
  live: 'live',
  paused: 'paused',
  lost: 'connecting again',
};

/** Starts or stops following, for a key too. */
export function toggleTail(): void {
  if (state.value?.live.enabled !== true) return;
  if (mode.value === 'paused' || mode.value === 'off') play();
  else pause();
}

/** Messages as they pass, newest first. */
export function Tail(): JSX.Element {
  const live = state.value?.live;
  if (live?.enabled !== true)
    return (
      <section class="card tail" aria-label="Live messages">
        <header class="toolbar">
          <h2>Live messages</h2>
        </header>
        <p class="empty">
          {live === undefined ? '' : `Off: ${live.reason ?? 'the console does not stream messages'}.`}
        </p>
      </section>
    );
  const isStopped = mode.value === 'paused' || mode.value === 'off';
  return (
    <section class="card tail" aria-label="Live messages" data-mode={mode.value} data-testid="tail">
      <header class="toolbar">
        <h2>Live messages</h2>
        <span class={`badge tail-${mode.value}`}>{WORDS[mode.value]}</span>
        {country.value !== undefined && (
          <button type="button" class="chip" onClick={() => follow(undefined)}>
            {countryName(country.value)} <Icon name="close" />
            <span class="unseen">remove the filter</span>
          </button>
        )}
        <span class="buttons">
          <button type="button" class="icon-button" onClick={clear} aria-label="Clear the rows">
            <Icon name="clear" />
          </button>
          <button type="button" class="button" onClick={toggleTail}>
            <Icon name={isStopped ? 'play' : 'pause'} filled={isStopped} />
            {isStopped ? (mode.value === 'off' ? 'Start' : 'Resume') : 'Pause'}
          </button>
        </span>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <section class="scroll" tabIndex={0} aria-label="Newest messages">
        <ol class="rows">
          {shownRows.value.map((row) => (
            <Row key={row.key} row={row} />
          ))}
        </ol>
        {shownRows.value.length === 0 && (
          <p class="empty">{mode.value === 'live' ? 'Waiting for the next message.' : ''}</p>
        )}
      </section>
      <footer class="tail-foot">
        <span>
          <b data-testid="tail-received">{count(received.value)}</b> received, the newest{' '}
          {count(shownRows.value.length)} shown
        </span>
        {missed.value > 0 && <span class="bad">{count(missed.value)} missed</span>}
      </footer>
    </section>
  );
}

function Row({ row }: { row: TailRow }): JSX.Element {
  if (row.kind === 'missed') {
    const why =
      row.missed.reason === 'retention' ? 'the log no longer has them' : 'this page fell too far behind';
    return <li class="gap">{`${messages(row.missed.count)} not delivered: ${why}`}</li>;
  }
  return <Message message={row.message} />;
}

function Message({ message }: { message: LiveMessage }): JSX.Element {
  const { acceptedAt, country: code, weather, description } = message;
  return (
    <li class="message">
      <time dateTime={utc(acceptedAt)} title={utc(acceptedAt)}>
        {exactTimeOfDay(acceptedAt)}
      </time>
      <span class="code" title={countryName(code)}>
        {code}
      </span>
      <span class={`weather is-${weather}`}>{weather}</span>
      <span class="description">{description}</span>
    </li>
  );
}
