-- A lane's messages, counts and log positions. `apply_batch` is the only writer of all three.

-- One row a message; its key is the message's identity, so a message that comes again finds its own row.
create table message (
  -- 'p:' and the producer, or 'k:' and the key.
  scope text collate "C" not null,
  sequence bigint not null,
  country text collate "C" not null,
  -- As it was sent, and the class it is counted under.
  weather text not null,
  weather_class text collate "C" not null,
  description text not null,
  accepted_at timestamptz not null,
  stored_at timestamptz not null default statement_timestamp(),
  -- Last day, UTC, of its retention.
  expires_on date not null,
  primary key (scope, sequence)
);
create index message_expiry on message (expires_on);

-- Counts are sums over slots: two transactions at a time rarely meet in one row. The free space keeps a row's versions in one page.
create table country_count (
  slot smallint not null,
  country text collate "C" not null,
  n bigint not null,
  primary key (slot, country)
) with (fillfactor = 50);

create table weather_count (
  slot smallint not null,
  weather_class text collate "C" not null,
  n bigint not null,
  primary key (slot, weather_class)
) with (fillfactor = 50);

create table log_position (
  source text collate "C" primary key,
  -- Offset to read next; null until a batch of the source was stored.
  next bigint,
  marks text not null default '',
  attempt text not null default ''
) with (fillfactor = 50);

-- Rows that have expired since the creation: counts = rows + expired.
create table expired (
  is_only boolean primary key default true check (is_only),
  n bigint not null default 0
);
insert into expired default values;

-- Last day of the retention of an identity that is used today: of a message under a key as configured, of a producer's two weeks,
-- which is longer than a broker may still deliver copies.
create function last_day(scope text, key_days integer) returns date
language sql stable as $$
  select (now() at time zone 'UTC')::date + case when scope like 'k:%' then key_days else 14 end
$$;

-- Stores a batch, each identity once, together with the log positions: all of it or nothing.
--
-- sources, expected_offsets, next_offsets, new_marks: one element a log position
-- scopes … accepted: one element a message, in ascending order of (scope, sequence); an identity may stand there twice
-- key_days: days for which the identity of a message under a key is kept after its last use
-- Returns  new messages by country
-- Errors   CA001 if a position is not where the batch expected it; the detail is a JSON object of the stored offsets of these
--          sources. Nothing was written.
--
-- All batches lock in the same order (positions by source, new messages by identity, counts by label, known messages by identity),
-- so that batches wait for each other, but never in a circle. Plans are kept while tables grow from nothing to millions of rows:
-- the settings leave only those that look a batch up by index.
create function apply_batch(
  sources text[], expected_offsets bigint[], next_offsets bigint[], new_marks text[],
  scopes text[], sequences bigint[], countries text[], weathers text[], weather_classes text[], descriptions text[],
  accepted double precision[],
  key_days integer
) returns table (new_country text, new_messages bigint)
language plpgsql security definer
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  -- Transactions that run at the same time have different backends.
  own_slot constant smallint := pg_backend_pid() % 64;
  moved jsonb;
  stored bigint;
  stored_countries text[];
  stored_counts bigint[];
begin
  if cardinality(sources) > 0 then
    -- A new source gets its row first: what does not exist cannot be locked.
    insert into log_position (source)
      select batch.source from unnest(sources, expected_offsets) batch (source, expected)
      where batch.expected is null and not exists (select from log_position p where p.source = batch.source)
      order by batch.source
      on conflict do nothing;
    perform from log_position where source = any (sources) order by source for update;
    select jsonb_object_agg(batch.source, p.next) into moved
      from unnest(sources, expected_offsets) batch (source, expected)
      left join log_position p on p.source = batch.source
      where p.next is distinct from batch.expected;
    if moved is not null then
      raise exception 'positions differ from what the batch expected' using errcode = 'CA001', detail = moved;
    end if;
    update log_position p set next = batch.next, marks = batch.marks
      from unnest(sources, next_offsets, new_marks) batch (source, next, marks)
      where p.source = batch.source;
  end if;

  if cardinality(scopes) = 0 then
    return;
  end if;
  with new_message as (
    insert into message as m
      (scope, sequence, country, weather, weather_class, description, accepted_at, expires_on)
      select batch.scope, batch.sequence, batch.country, batch.weather, batch.weather_class, batch.description,
             to_timestamp(batch.accepted / 1000), last_day(batch.scope, key_days)
      from unnest(scopes, sequences, countries, weathers, weather_classes, descriptions, accepted)
        batch (scope, sequence, country, weather, weather_class, description, accepted)
      on conflict do nothing
      returning m.country, m.weather_class
  ), counted_country as (
    insert into country_count as c (slot, country, n)
      select own_slot, new_message.country, count(*) from new_message group by 2 order by 2
      on conflict (slot, country) do update set n = c.n + excluded.n
      returning 1
  ), counted_weather as (
    insert into weather_count as c (slot, weather_class, n)
      select own_slot, new_message.weather_class, count(*) from new_message group by 2 order by 2
      on conflict (slot, weather_class) do update set n = c.n + excluded.n
      returning 1
  )
  select coalesce(sum(by_country.n), 0), array_agg(by_country.country), array_agg(by_country.n)
    into stored, stored_countries, stored_counts
    from (select country, count(*) as n from new_message group by country) by_country;

  if stored < cardinality(scopes) then
    -- A known message is kept for longer when it comes again. Its row changes once a day at most.
    perform from message m
      where (m.scope, m.sequence) in (select * from unnest(scopes, sequences))
        and m.expires_on < last_day(m.scope, key_days)
      order by m.scope, m.sequence
      for update;
    update message m set expires_on = last_day(m.scope, key_days)
      from unnest(scopes, sequences) batch (scope, sequence)
      where m.scope = batch.scope and m.sequence = batch.sequence
        and m.expires_on < last_day(m.scope, key_days);
  end if;
  return query select * from unnest(stored_countries, stored_counts);
end $$;

-- Records an attempt at the next messages of a source, in place of the previous record.
create function note_attempt(of_source text, new_attempt text) returns void
language sql security definer set search_path from current as $$
  insert into log_position (source, attempt) values (of_source, new_attempt)
    on conflict (source) do update set attempt = excluded.attempt;
$$;

-- Deletes messages whose retention is over, 10,000 at most, unless another session is doing that; returns how many.
create function expire_messages() returns bigint
language plpgsql security definer set search_path from current as $$
declare
  gone bigint;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('expire_messages ' || current_schema(), 0)) then
    return 0;
  end if;
  with old as (
    select scope, sequence from message
    where expires_on < (now() at time zone 'UTC')::date
    order by expires_on limit 10000
    for update skip locked
  )
  delete from message m using old where m.scope = old.scope and m.sequence = old.sequence;
  get diagnostics gone = row_count;
  if gone > 0 then
    update expired set n = n + gone;
  end if;
  return gone;
end $$;

-- By default every role may call a new function, here with the rights of its owner.
revoke all on function last_day, apply_batch, note_attempt, expire_messages from public;
