import type { JSX } from 'preact';
import { span } from '../model/format.ts';
import { connection, heardAt, isStale, now } from '../state/stream.ts';
import { Icon, Mark } from './icon.tsx';
import { openKeys } from './keys.tsx';
import { LightPill } from './light.tsx';
import { ThemeButton } from './theme-button.tsx';

/** Name, how fresh the page is, theme and help. */
export function Header(): JSX.Element {
  return (
    <header class="page-header">
      <h1>
        <Mark />
        Caudal
      </h1>
      <LightPill />
      <Freshness />
      <nav aria-label="Page">
        <a href="./api/account">API</a>
        <a href="./openapi.json">OpenAPI</a>
        <button type="button" class="icon-button" onClick={openKeys} aria-label="Keys">
          <Icon name="keys" />
        </button>
        <ThemeButton />
      </nav>
    </header>
  );
}

function Freshness(): JSX.Element {
  if (connection.value === 'connecting') return <span class="freshness">connecting …</span>;
  const isLive = connection.value === 'live' && !isStale.value;
  return (
    <span class={`freshness ${isLive ? 'is-live' : 'is-lost'}`}>
      <i class="dot" />
      {isLive ? 'live' : `no answer for ${span((now.value - heardAt.value) / 1_000)}`}
    </span>
  );
}
