import { Icon } from '@caudal/console-web/icon';
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { nextOption } from '../model/options.ts';
import { priceText } from '../model/price.ts';
import { chosen, found, searchFailure, searchOn, searchSoon } from '../state/games.ts';
import { FailureText } from './failure-text.tsx';

const LIST_ID = 'games';
const MAX_QUERY_LENGTH = 100;
const optionId = (index: number): string => `game-${index}`;

/** Finds games while the customer types; one is chosen with the mouse, or with the arrow keys and Enter. */
export function GameSearch(): JSX.Element {
  const query = useSignal('');
  const active = useSignal<number | undefined>(undefined);
  const games = found.value?.games ?? [];

  const choose = (index: number): void => {
    active.value = index;
    chosen.value = games[index];
  };
  const type = (text: string): void => {
    query.value = text;
    active.value = undefined;
    searchSoon(text);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && active.value !== undefined) choose(active.value);
    else if (event.key === 'Escape' && query.value !== '') type('');
    else {
      const next = nextOption(event.key, active.value, games.length);
      if (next === undefined) return;
      active.value = next;
      document.getElementById(optionId(next))?.scrollIntoView({ block: 'nearest' });
    }
    event.preventDefault();
  };

  return (
    <section class="card" aria-labelledby="games-title">
      <div class="toolbar">
        <h2 id="games-title">Find a game</h2>
      </div>
      <div class="field search-field">
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          aria-label="Name of the game"
          aria-expanded={games.length > 0}
          aria-controls={LIST_ID}
          aria-autocomplete="list"
          aria-activedescendant={active.value === undefined ? undefined : optionId(active.value)}
          placeholder="Name, or a part of it"
          maxLength={MAX_QUERY_LENGTH}
          autoComplete="off"
          spellcheck={false}
          value={query.value}
          onInput={({ currentTarget }) => type(currentTarget.value)}
          onKeyDown={press}
        />
      </div>
      <FailureText failure={searchFailure.value} />
      <div id={LIST_ID} class="games" role="listbox" aria-label="Games">
        {games.map(({ id, name, price }, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are pressed in the field, which keeps the focus
          <div
            key={id}
            id={optionId(index)}
            role="option"
            tabIndex={-1}
            aria-selected={chosen.value?.id === id}
            class={`game ${active.value === index ? 'is-active' : ''}`}
            onClick={() => choose(index)}
          >
            <span class="game-name">{name}</span>
            <span class="price">{priceText(price)}</span>
          </div>
        ))}
      </div>
      <p class="unseen" role="status">
        {statusText(games.length, found.value?.next !== undefined)}
      </p>
      {found.value !== undefined && games.length === 0 && <p class="empty">No game has such a name.</p>}
      {found.value?.next !== undefined && (
        <p class="more">
          <button type="button" class="button" onClick={() => void searchOn()}>
            <Icon name="plus" />
            More games
          </button>
        </p>
      )}
    </section>
  );
}

function statusText(count: number, isMore: boolean): string {
  if (found.value === undefined) return '';
  if (count === 0) return 'No games';
  return `${isMore ? 'The first ' : ''}${count} ${count === 1 ? 'game' : 'games'}`;
}
