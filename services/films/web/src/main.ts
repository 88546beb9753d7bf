import '@fontsource-variable/bricolage-grotesque/wdth.css';
import './style/theme.css';
import './style/base.css';
import './style/search.css';
import './style/palettes.css';
import './style/posters.css';
import './style/sizes.css';
import './style/film.css';
