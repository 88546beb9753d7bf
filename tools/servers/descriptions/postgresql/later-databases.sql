-- Databases that older data lack, under a name of its own until all is granted. The roles are made by passwords.sql before.
drop database if exists caudal_films_new;

create database caudal_films_new owner caudal_films_owner;

revoke all on database caudal_films_new from public;

grant connect on database caudal_films_new to caudal_films_api;

alter database caudal_films_new rename to caudal_films;
