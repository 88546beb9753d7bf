-- Roles and database, once; an empty line ends a statement. Only the owner may make anything in it.
create role caudal_owner login;

create role caudal_consumer login;

create role caudal_console login;

create database caudal owner caudal_owner;

revoke all on database caudal, postgres, template1 from public;

grant connect on database caudal to caudal_consumer, caudal_console;

