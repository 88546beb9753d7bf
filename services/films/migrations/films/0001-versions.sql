-- Versions of the films. Each has a schema of its own, which is complete before it becomes current and is never changed after:
-- all pages of one search can come from one version, and an import is visible at once and whole.

create table version (
  id integer generated always as identity primary key,
  -- loading: being imported. current: what a search without a version finds. previous: for searches that began before the last import.
  state text not null check (state in ('loading', 'current', 'previous')),
  -- Where its films are from, for people: the name of a file.
  source text not null,
  films integer not null default 0,
  people integer not null default 0,
  began_at timestamptz not null default clock_timestamp(),
  published_at timestamptz
);
create unique index one_current on version (state) where state = 'current';

-- Written by whoever reads from replicas, at most five times a second: how far behind a replica is, is the newest beat less its own.
-- Both are by the primary's clock.
create table beat (
  only_one boolean primary key default true check (only_one),
  at timestamptz not null
) with (fillfactor = 10);
insert into beat (at) values (clock_timestamp());

create function beat() returns void
language sql security definer set search_path from current as $$
  update beat set at = clock_timestamp() where at < clock_timestamp() - interval '200 ms';
$$;

-- Makes a version current in the transaction of the caller, who has loaded it; returns the versions whose schemas are to be dropped then.
create function publish(of_version integer) returns setof integer
language plpgsql set search_path from current as $$
begin
  update version set state = 'previous' where state = 'current';
  update version set state = 'current', published_at = clock_timestamp() where id = of_version and state = 'loading';
  if not found then
    raise exception 'version % is not being loaded', of_version;
  end if;
  return query
    delete from version
     where state = 'previous'
       and id not in (select id from version where state = 'previous' order by published_at desc limit 1)
    returning id;
end $$;

revoke all on function beat, publish from public;
