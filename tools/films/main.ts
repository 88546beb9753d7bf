import { writeFileSync } from 'node:fs';
import { bestKnownFilms, TITLES_FILE } from './best-known.ts';

// Writes the films whose words the load scripts search for; to be run again when the committed films change.
writeFileSync(TITLES_FILE, bestKnownFilms());
