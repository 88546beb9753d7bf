import { z } from 'zod';

const id = z.string().meta({ description: 'Stays the same over imports.' });
const director = z.strictObject({ id, name: z.string() });

/** A film. */
export const filmEntrySchema = z.strictObject({
  id,
  imdbId: z.string().meta({ description: 'Id at IMDb; empty where it has none.' }),
  title: z.string(),
  year: z.int().nullable().meta({ description: 'Year of publication; null where it is unknown.' }),
  directors: z.array(director),
  genres: z.array(z.string()),
  runtimeMinutes: z.int().nullable(),
  countries: z.array(z.string()),
  popularity: z.int().meta({ description: 'Number of reviews or votes, by which films are ordered.' }),
});

/** A director with the number of films. */
export const personSchema = z.strictObject({ ...director.shape, films: z.int() });

const version = z.int().meta({
  description: 'Version of the films, for `at`: each import makes one, and the one before is kept.',
});
const corrected = z.string().nullable().meta({
  description:
    'Query that was searched for instead, because a word of the one that was asked is in no text; null where there is none.',
});
const next = z
  .string()
  .nullable()
  .meta({ description: 'Path of the next page, of the same version; null after the last one.' });

/** Body of `GET /films`. */
export const filmsBody = z.strictObject({ version, corrected, films: z.array(filmEntrySchema), next });
/** Body of `GET /films/{id}`. */
export const filmBody = z.strictObject({ version, film: filmEntrySchema });
/** Body of `GET /directors`. */
export const directorsBody = z.strictObject({ version, corrected, directors: z.array(personSchema), next });
/** Body of `GET /directors/{id}/films`. */
export const directorBody = z.strictObject({
  version,
  director: personSchema,
  films: z.array(filmEntrySchema),
  next,
});

export type FilmsBody = z.infer<typeof filmsBody>;
export type FilmBody = z.infer<typeof filmBody>;
export type DirectorsBody = z.infer<typeof directorsBody>;
export type DirectorBody = z.infer<typeof directorBody>;
