import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import type { History } from '../../src/schemas.ts';
import { App } from './app.tsx';
import { followKeys } from './parts/keys.tsx';
import { followLight } from './parts/light.tsx';
import { readDeadLetters } from './state/dead-letters.ts';
import { addHistory, addPoint } from './state/history.ts';
import { readScale } from './state/scale.ts';
import { followStream } from './state/stream.ts';
import { mode, play } from './state/tail.ts';
import './style/page.css';

/** Relative, so that the page also works below a path of an ingress. */
const api = (path: string): URL => new URL(path, document.baseURI);

const place = document.getElementById('page');
if (place === null) throw new Error('index.html has no element with the id page');
render(<App />, place);
followLight();
followKeys();
followStream(api('api/stream').href, (next) => {
  addPoint(next);
  readDeadLetters(next);
  if (next.live.enabled && mode.value === 'off') play();
});
// Without them the charts begin empty, and nothing can be scaled.
void readHistory().catch(() => undefined);
void readScale().catch(() => undefined);

async function readHistory(): Promise<void> {
  const response = await fetch(api('api/history'));
  if (response.ok) addHistory((await response.json()) as History);
}
