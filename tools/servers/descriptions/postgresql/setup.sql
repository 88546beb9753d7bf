-- Roles and database, once. Only the owner may make anything; it grants to others what they need. passwords.sql makes later roles.
create role caudal_owner login;

create role caudal_consumer login;

create role caudal_console login;

create database caudal owner caudal_owner;

revoke all on database caudal, postgres, template1 from public;

grant connect on database caudal to caudal_consumer, caudal_console;
