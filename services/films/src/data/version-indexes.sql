-- Made when a version is loaded, before it becomes current.

alter table film add primary key (id);
create unique index on film (ordinal);
create index on film (folded, popularity desc, id);
create index on film (popularity desc, id);
create index on film (year, popularity desc, id);
create index on film using gin (words) with (fastupdate = off);

alter table person add primary key (id);
create index on person (folded, films desc, id);
create index on person (films desc, id);
create index on person using gin (words) with (fastupdate = off);

alter table film_director add primary key (film_id, position);
create index on film_director (person_id, film_id);

alter table title_word add primary key (word);
alter table name_word add primary key (word);
alter table title_spelling add primary key (spelling, word);
alter table name_spelling add primary key (spelling, word);
