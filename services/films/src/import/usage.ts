import { MAX_FILMS } from '../data/generate-films.ts';

/** A command line that cannot be carried out. The message names the option and what it may be. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** How the command is used. */
export const USAGE = `usage: npm run films -- import [--titles F --crew F --names F [--ratings F] | --csv F | --generate N] [options]
       npm run films -- versions [--url URL]

Imports films as a new version: searches find the version before until the new one is there as a whole. Without a file the
committed films are imported. Beside the current version the one before is kept, for searches that have begun.

  --titles F    title.basics.tsv.gz of IMDb's non-commercial data sets
  --crew F      title.crew.tsv.gz
  --names F     name.basics.tsv.gz
  --ratings F   title.ratings.tsv.gz; without it no film is better known than another
  --types LIST  values of titleType that are films, for instance movie,tvMovie (movie)
  --csv F       CSV file with the columns of services/films/data/films.csv.gz, compressed or not
  --skip-bad    leave bad lines of the CSV file out; without it the file is refused
  --generate N  the committed films, and made-up ones until there are N, at most ${MAX_FILMS}
  --seed N      other made-up films (1)
  --url URL     database of the films, as its owner: postgresql://user:password@host:port/database
                (POSTGRESQL_URL; else the one of npm run servers)

versions lists the versions that the database has.
`;
