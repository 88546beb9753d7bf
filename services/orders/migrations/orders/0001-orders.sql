-- Orders with their history, what is still to be announced, and how far the log of orders was taken in. Only the functions write.
-- Time is the database's alone: clocks of other machines decide nothing.
--
-- What runs for each batch is in PL/pgSQL, which keeps its plans, and is planned once for any batch: by indexes, row for row. Tables
-- grow from nothing, and a plan for an empty one would read them whole.

create table orders (
  id uuid primary key,
  -- Counted up, with gaps where a record came twice.
  number bigint generated always as identity unique,
  game_id integer not null,
  row integer not null,
  name text not null,
  price_cents integer not null,
  email text not null,
  language text not null,
  state smallint not null check (state between 1 and 5),
  -- Announcements of one order are all in one shard, in order.
  shard smallint not null check (shard between 0 and 15),
  created_at timestamptz not null,
  -- When the next state is due; null after the last one.
  due_at timestamptz
) with (fillfactor = 50);
create index order_due on orders (due_at) where due_at is not null;

-- The key makes a second transition into a state impossible.
create table order_event (
  order_id uuid not null references orders on delete cascade,
  state smallint not null,
  at timestamptz not null,
  primary key (order_id, state)
);

create table outbox (
  shard smallint not null,
  seq bigint generated always as identity,
  order_id uuid not null,
  state smallint not null,
  at timestamptz not null,
  primary key (shard, seq)
);

-- Whoever has a shard's row locked announces its records.
create table outbox_shard (shard smallint primary key);
insert into outbox_shard select generate_series(0, 15);

create table log_position (
  source text collate "C" primary key,
  next bigint,
  marks text not null default ''
) with (fillfactor = 50);

-- Takes a batch of one partition in, each order once, together with the partition's position: all of it or nothing.
-- Returns the number of new orders. CA001 if the position is not where the batch expected it; the detail is a JSON object of it.
create function take_in(
  of_source text, expected_offset bigint, next_offset bigint, new_marks text, step_ms integer,
  ids uuid[], game_ids integer[], catalogue_rows integer[], names text[], prices integer[], emails text[], languages text[]
) returns bigint
language plpgsql security definer set search_path from current set jit = off set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  stored bigint;
  taken bigint;
begin
  insert into log_position (source) values (of_source) on conflict do nothing;
  select p.next into stored from log_position p where p.source = of_source for update;
  if stored is distinct from expected_offset then
    raise exception 'the position differs from what the batch expected'
      using errcode = 'CA001', detail = jsonb_build_object(of_source, stored);
  end if;
  update log_position p set next = next_offset, marks = new_marks where p.source = of_source;
  with new_order as (
    insert into orders as o
      (id, game_id, row, name, price_cents, email, language, state, shard, created_at, due_at)
      select batch.id, batch.game_id, batch.row, batch.name, batch.price, batch.email, batch.language, 1,
             uuid_hash(batch.id) & 15, now(), now() + make_interval(secs => step_ms / 1000.0)
      from unnest(ids, game_ids, catalogue_rows, names, prices, emails, languages)
        with ordinality batch (id, game_id, row, name, price, email, language, position)
      order by batch.position
      on conflict do nothing
      returning o.id, o.shard, o.number
  ), new_event as (
    insert into order_event (order_id, state, at) select id, 1, now() from new_order
  ), announced as (
    insert into outbox (shard, order_id, state, at) select shard, id, 1, now() from new_order order by number
  )
  select count(*) into taken from new_order;
  return taken;
end $$;

-- Moves orders whose time has come into their next state, at most `max_orders`, the longest due first; skips those another session
-- is moving. A state lasts at least `step_ms`. Returns the state reached and how late it was for each.
create function tick(step_ms integer, max_orders integer) returns table (reached smallint, late_ms double precision)
language plpgsql security definer set search_path from current set jit = off set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  return query
  with due as (
    select id, due_at from orders where due_at <= now() order by due_at limit max_orders for update skip locked
  ), moved as (
    update orders o
      set state = o.state + 1,
          due_at = case when o.state < 3 then now() + make_interval(secs => step_ms / 1000.0) end
      from due where o.id = due.id
      returning o.id, o.shard, o.state, due.due_at as was_due_at
  ), new_event as (
    insert into order_event (order_id, state, at) select id, state, now() from moved
  ), announced as (
    insert into outbox (shard, order_id, state, at) select shard, id, state, now() from moved
  )
  select m.state, extract(epoch from clock_timestamp() - m.was_due_at)::double precision * 1000 from moved m;
end $$;

-- Time until the next state is due, ms: negative if it is late, null if there is none.
create function next_due_ms() returns double precision
language sql security definer set search_path from current as $$
  select extract(epoch from min(due_at) - clock_timestamp()) * 1000 from orders where due_at is not null
$$;

-- Cancels an order that is not being prepared yet. Returns its state afterwards: 5 if it is cancelled; null if there is no such order.
-- Not at now(), which is when the transaction began: the order may have been taken in since.
create function cancel_order(of_id uuid) returns smallint
language plpgsql security definer set search_path from current as $$
declare
  cancelled orders;
  cancelled_at timestamptz;
begin
  update orders set state = 5, due_at = null where id = of_id and state = 1 returning * into cancelled;
  if found then
    cancelled_at := greatest(clock_timestamp(), cancelled.created_at);
    insert into order_event (order_id, state, at) values (of_id, 5, cancelled_at);
    insert into outbox (shard, order_id, state, at) values (cancelled.shard, of_id, 5, cancelled_at);
    return 5;
  end if;
  return (select state from orders where id = of_id);
end $$;

-- Locks up to half of the shards, of those that have something to announce, until the end of the transaction, and returns the first
-- records of each in order; nothing if other sessions have all of them. Half: one that has stopped must not hold up every order.
create function claim_outbox(max_records integer) returns table (
  shard smallint, seq bigint, id uuid, number bigint, game_id integer, catalogue_row integer, name text, price_cents integer,
  email text, language text, state smallint, at_ms double precision
)
language plpgsql security definer set search_path from current set jit = off set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  claimed smallint[];
begin
  select array_agg(free.shard) into claimed from (
    select s.shard from outbox_shard s
      where exists (select from outbox o where o.shard = s.shard)
      order by random() limit 8 for update skip locked
  ) free;
  if claimed is null then
    return;
  end if;
  return query
    select o.shard, o.seq, r.id, r.number, r.game_id, r.row, r.name, r.price_cents, r.email, r.language, o.state,
           extract(epoch from o.at)::double precision * 1000
    from unnest(claimed) c (shard)
    cross join lateral (
      select * from outbox where outbox.shard = c.shard order by outbox.seq
        limit greatest(max_records / cardinality(claimed), 1)
    ) o
    join orders r on r.id = o.order_id
    order by o.seq limit max_records;
end $$;

-- Removes what was announced, in the transaction that claimed it: the records of `seqs` in the shards beside them. Returns how many
-- there were.
create function delete_outbox(shards smallint[], seqs bigint[]) returns bigint
language plpgsql security definer set search_path from current set jit = off set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  gone bigint;
begin
  delete from outbox o using unnest(shards, seqs) done (shard, seq) where o.shard = done.shard and o.seq = done.seq;
  get diagnostics gone = row_count;
  return gone;
end $$;

-- Orders in each state, and what is still to be announced.
create function order_figures() returns table (state smallint, orders bigint, outbox bigint, outbox_age_seconds double precision)
language sql security definer set search_path from current as $$
  select s.state::smallint, coalesce(o.n, 0), (select count(*) from outbox),
         (select coalesce(extract(epoch from now() - min(at)), 0)::double precision from outbox)
  from generate_series(1, 5) s (state)
  left join (select orders.state, count(*) n from orders group by orders.state) o on o.state = s.state order by s.state
$$;

-- Deletes orders that ended longer ago than that and are announced, 10,000 at most; returns how many.
create function expire_orders(keep interval) returns bigint
language sql security definer set search_path from current as $$
  with old as (
    select o.id from orders o
    where o.due_at is null and o.created_at < now() - keep
      and not exists (select from order_event e where e.order_id = o.id and e.at >= now() - keep)
      and not exists (select from outbox b where b.shard = o.shard and b.order_id = o.id)
    limit 10000 for update skip locked
  ), gone as (delete from orders o using old where o.id = old.id returning 1)
  select count(*) from gone
$$;

-- What may be read by whoever answers customers: no address in full.
create view order_view with (security_barrier) as
  select id, number, game_id, row, name, price_cents, language, state, created_at, due_at,
         left(email, 1) || '***@' || split_part(email, '@', 2) as masked_email
  from orders;

create view event_view as select order_id, state, at from order_event;

revoke all on function take_in, tick, next_due_ms, cancel_order, claim_outbox, delete_outbox, order_figures, expire_orders
  from public;
