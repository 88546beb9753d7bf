import { render } from 'preact';
import '@caudal/console-web/style/theme.css';
import '@caudal/console-web/style/base.css';
import '@caudal/console-web/style/controls.css';
import { App } from './app.tsx';
import { search } from './state/games.ts';
import { followRoute } from './state/route.ts';
import { readSettings } from './state/settings.ts';
import './style/shop.css';
import './style/order.css';

const place = document.getElementById('page');
if (place === null) throw new Error('index.html has no element with the id page');
render(<App />, place);
followRoute();
void readSettings();
void search('');
