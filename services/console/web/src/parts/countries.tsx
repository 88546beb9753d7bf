import { computed, signal } from '@preact/signals';
import type { JSX } from 'preact';
import {
  type CountryRow,
  countryRows,
  findRows,
  type Order,
  type SortKey,
  sortRows,
} from '../model/countries.ts';
import { count } from '../model/format.ts';
import { lanesOf } from '../model/lanes.ts';
import { state } from '../state/stream.ts';
import { country, follow } from '../state/tail.ts';
import { hueStyle } from './hue.ts';
import { Icon } from './icon.tsx';
import { WorldMap } from './world-map.tsx';

const FEW = 10;
/** Of the search field, for the key that focuses it. */
export const SEARCH_ID = 'country-search';

const order = signal<Order>({ by: 'accepted', descending: true });
const search = signal('');
const showsAll = signal(false);
/** Country under the pointer, in the map or the table. */
export const pointed = signal<string | undefined>(undefined);

const rows = computed(() => countryRows(state.value));
const found = computed(() => {
  const sorted = sortRows(findRows(rows.value, search.value), order.value);
  // A fault is shown whatever the order is: it is what a person looks for.
  return [...sorted.filter(({ isFault }) => isFault), ...sorted.filter(({ isFault }) => !isFault)];
});

/** Counts per country, as a map and as a table. */
export function Countries(): JSX.Element {
  return (
    <section class="countries" aria-label="Countries">
      <div class="card map-card">
        <header class="toolbar">
          <h2>Countries</h2>
          <span class="hint">{rows.value.length} with messages</span>
        </header>
        <WorldMap rows={rows.value} pointed={pointed} onChoose={choose} />
      </div>
      <div class="card table-card">
        <Table />
      </div>
    </section>
  );
}

function choose(code: string): void {
  follow(country.value === code ? undefined : code);
}

function Table(): JSX.Element {
  const lanes = lanesOf(state.value);
  const shown = showsAll.value ? found.value : found.value.slice(0, FEW);
  const largest = Math.max(1, ...rows.value.map(({ size }) => size));
  const hidden = found.value.length - shown.length;
  return (
    <>
      <header class="toolbar">
        <label class="search">
          <Icon name="search" />
          <input
            id={SEARCH_ID}
            type="search"
            placeholder="Find a country"
            aria-label="Find a country"
            value={search.value}
            onInput={(event) => {
              search.value = event.currentTarget.value;
            }}
          />
        </label>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <section class="scroll" tabIndex={0} aria-label="Messages by country">
        <table>
          <thead>
            <tr>
              <Column by="name" name="Country" />
              <Column by="accepted" name="Accepted" />
              {lanes.map(({ name, storeTitle, hue, title }) => (
                <Column key={name} by={`lane:${name}`} name={storeTitle} title={title} hue={hue} />
              ))}
              <Column by="difference" name="Diff" />
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <Row key={row.code} row={row} largest={largest} lanes={lanes.map(({ name }) => name)} />
            ))}
          </tbody>
        </table>
        {rows.value.length === 0 && <p class="empty">No messages yet.</p>}
        {rows.value.length > 0 && found.value.length === 0 && <p class="empty">No country matches.</p>}
      </section>
      {(hidden > 0 || showsAll.value) && (
        <button
          type="button"
          class="more"
          onClick={() => {
            showsAll.value = !showsAll.value;
          }}
        >
          {showsAll.value ? 'Show fewer' : `Show ${hidden} more`}
        </button>
      )}
    </>
  );
}

function Column({
  by,
  name,
  title,
  hue,
}: {
  by: SortKey;
  name: string;
  title?: string;
  hue?: Parameters<typeof hueStyle>[0];
}): JSX.Element {
  const isSorted = order.value.by === by;
  const direction = order.value.descending ? 'descending' : 'ascending';
  return (
    <th
      scope="col"
      class={by === 'name' ? 'text' : 'number'}
      aria-sort={isSorted ? direction : 'none'}
      title={title}
    >
      <button
        type="button"
        style={hue && hueStyle(hue)}
        onClick={() => {
          order.value = { by, descending: isSorted ? !order.value.descending : by !== 'name' };
        }}
      >
        {hue && <i class="swatch" />}
        {name}
        <span class="arrow" aria-hidden="true">
          {isSorted ? (order.value.descending ? '▾' : '▴') : ''}
        </span>
      </button>
    </th>
  );
}

function Row({
  row,
  largest,
  lanes,
}: {
  row: CountryRow;
  largest: number;
  lanes: readonly string[];
}): JSX.Element {
  const { code, name, accepted, stored, size, difference, isFault } = row;
  const isFollowed = country.value === code;
  return (
    <tr
      class={`${isFault ? 'differs' : ''} ${pointed.value === code ? 'pointed' : ''} ${isFollowed ? 'followed' : ''}`}
      data-code={code}
      onPointerEnter={() => {
        pointed.value = code;
      }}
      onPointerLeave={() => {
        pointed.value = undefined;
      }}
    >
      <th scope="row" class="text">
        <button
          type="button"
          aria-pressed={isFollowed}
          title="Follow in the live messages"
          onClick={() => choose(code)}
        >
          <span class="code">{code}</span>
          <span class="name">{name}</span>
        </button>
        <i class="bar" style={{ width: `${(100 * size) / largest}%` }} />
      </th>
      <td class="number">{count(accepted)}</td>
      {lanes.map((lane) => (
        <td key={lane} class="number" data-lane={lane}>
          {count(stored[lane])}
        </td>
      ))}
      <td class={`number diff ${difference === 0 ? 'same' : ''}`}>
        {difference === 0 ? <Icon name="exact" /> : count(difference)}
      </td>
    </tr>
  );
}
