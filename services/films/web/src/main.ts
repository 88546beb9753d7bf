import '@fontsource-variable/bricolage-grotesque/wdth.css';
import './style/theme.css';
import './style/base.css';
import './style/search.css';
import './style/palettes.css';
import './style/posters.css';
import './style/sizes.css';
import './style/film.css';
import { startSearch } from './search-page.ts';
import { startTheme } from './theme.ts';

const part = <Part extends HTMLElement>(id: string): Part | null =>
  document.getElementById(id) as Part | null;

const [theme, main, form, q, year] = [
  part('theme'),
  part('main'),
  part<HTMLFormElement>('search'),
  part<HTMLInputElement>('q'),
  part<HTMLInputElement>('year'),
];
const [results, status, facts, hero] = [part('results'), part('status'), part('facts'), part('hero')];
if (theme) startTheme(theme);
// Pages of a film or a director have no search.
if (main && form && q && year && results && status && facts && hero)
  startSearch({ main, form, q, year, results, status, facts, hero });
