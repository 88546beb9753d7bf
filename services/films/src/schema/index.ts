export { createFilmsSchema, FILMS_SCHEMA } from './create-schema.ts';
export { type EnsureOptions, ensureFilms } from './ensure-films.ts';
export { DEFAULT_API_ROLE } from './rights.ts';
