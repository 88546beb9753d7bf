-- The tables of one version, made in its own schema. Texts are compared byte by byte, so that any program can sort as the database does.

create table film (
  id text collate "C" not null,
  -- 1, 2, 3 … in the order of the import: ranges of it cut a heavy query into parts.
  ordinal integer not null,
  imdb_id text not null,
  title text not null,
  folded text collate "C" not null,
  words tsvector not null,
  year smallint,
  genres text[] not null,
  runtime_minutes integer,
  countries text[] not null,
  popularity integer not null
);

create table person (
  id text collate "C" not null,
  name text not null,
  folded text collate "C" not null,
  words tsvector not null,
  -- Films that this person directed, which is how well known the person is.
  films integer not null
);

create table film_director (
  film_id text collate "C" not null,
  position smallint not null,
  person_id text collate "C" not null
);

-- Distinct words of titles and of names, with how many of them have it.
create table title_word (word text collate "C" not null, uses integer not null);
create table name_word (word text collate "C" not null, uses integer not null);

-- Each of those words of at least two letters, under itself and under what is left without any one of its letters: a word with one
-- mistake and the word that was meant have one of these in common. Shorter than a word that is replaced, which has three, by a letter
-- that is too many.
create table title_spelling (spelling text collate "C" not null, word text collate "C" not null);
create table name_spelling (spelling text collate "C" not null, word text collate "C" not null);
