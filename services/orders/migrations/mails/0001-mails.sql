-- Mails about orders, one for each state of each order, and how far the log of confirmations was taken in. Only the functions write.
-- Those that run for each batch are planned as in ../orders/0001-orders.sql.

create table mail (
  order_id uuid not null,
  state smallint not null check (state between 1 and 5),
  number bigint not null,
  name text not null,
  price_cents integer not null,
  recipient text not null,
  language text not null,
  happened_at timestamptz not null,
  status text not null default 'waiting' check (status in ('waiting', 'sent', 'parked')),
  -- Answered by a server, or without a known outcome.
  attempts integer not null default 0,
  -- Without a known outcome: each may have delivered a copy.
  unknown_attempts integer not null default 0,
  next_at timestamptz not null,
  lease uuid,
  leased_until timestamptz,
  -- Last refusal.
  reason text,
  sent_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (order_id, state)
) with (fillfactor = 70);
create index mail_waiting on mail (next_at) where status = 'waiting';

-- How far ahead a recipient's mails are paced.
create table pace (
  recipient text primary key,
  paced_until timestamptz not null
) with (fillfactor = 50);

create table log_position (
  source text collate "C" primary key,
  next bigint,
  marks text not null default ''
) with (fillfactor = 50);

-- Takes confirmations of one partition in, a mail for each state once, with the partition's position: all of it or nothing. Beyond
-- `per_minute` mails at once a recipient gets one every 60 / `per_minute` seconds; 0: no limit. Returns the number of new mails.
-- CA001 if the position is not where the batch expected it; the detail is a JSON object of it.
create function take_confirmed(
  of_source text, expected_offset bigint, next_offset bigint, new_marks text, per_minute integer,
  ids uuid[], states smallint[], numbers bigint[], names text[], prices integer[], recipients text[], languages text[],
  happened_ms double precision[]
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
  with batch as (
    select distinct on (b.id, b.state) b.*
    from unnest(ids, states, numbers, names, prices, recipients, languages, happened_ms)
      with ordinality b (id, state, number, name, price, recipient, language, happened, position)
    where not exists (select from mail m where m.order_id = b.id and m.state = b.state)
    order by b.id, b.state, b.position
  ), ranked as (
    select batch.*, row_number() over (partition by recipient order by position) as rank,
           count(*) over (partition by recipient) as of_recipient
    from batch
  ), paced as (
    insert into pace as p (recipient, paced_until)
      select recipient, now() + count(*) * interval '60 s' / per_minute from batch
      where per_minute > 0 group by recipient order by recipient
      on conflict (recipient) do update
        set paced_until = greatest(p.paced_until, now()) + (excluded.paced_until - now())
      returning recipient, paced_until
  ), new_mail as (
    insert into mail (order_id, state, number, name, price_cents, recipient, language, happened_at, next_at)
      select r.id, r.state, r.number, r.name, r.price, r.recipient, r.language, to_timestamp(r.happened / 1000),
             greatest(now(), coalesce(
               paced.paced_until - (r.of_recipient - r.rank + 1) * interval '60 s' / nullif(per_minute, 0) - interval '60 s', now()))
      from ranked r left join paced on paced.recipient = r.recipient
      order by r.position
      on conflict do nothing
      returning 1
  )
  select count(*) into taken from new_mail;
  return taken;
end $$;

-- Leases mails that are due, at most `max_mails`, none before the earlier ones of its order have left or are parked. A lease that
-- ran out is an attempt whose outcome is unknown. Earlier ones are looked up by their key: said with `= 'waiting'`, all that wait could
-- be read for each.
create function lease_mails(max_mails integer, lease_ms integer, new_lease uuid) returns table (
  order_id uuid, state smallint, number bigint, name text, price_cents integer, recipient text, language text,
  happened_ms double precision, attempts integer, unknown_attempts integer
)
language plpgsql security definer set search_path from current set jit = off set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
begin
  return query
  update mail m set
      lease = new_lease,
      leased_until = now() + make_interval(secs => lease_ms / 1000.0),
      attempts = m.attempts + (m.leased_until is not null)::integer,
      unknown_attempts = m.unknown_attempts + (m.leased_until is not null)::integer
    from (
      select w.order_id, w.state from mail w
      where w.status = 'waiting' and w.next_at <= now() and (w.leased_until is null or w.leased_until < now())
        and not exists (
          select from mail e where e.order_id = w.order_id and e.state < w.state and e.status not in ('sent', 'parked'))
      order by w.next_at limit max_mails for update skip locked
    ) due
    where m.order_id = due.order_id and m.state = due.state
    returning m.order_id, m.state, m.number, m.name, m.price_cents, m.recipient, m.language,
      extract(epoch from m.happened_at)::double precision * 1000, m.attempts, m.unknown_attempts;
end $$;

-- Writes down what became of leased mails: `sent`, `retry` (refused, again after `delays_ms`), `parked` (refused for good), `unknown`
-- (no answer after the mail was handed over, again after `delays_ms`) or `returned` (never handed over, again after `delays_ms`).
-- That a mail was sent is true whoever has its lease by now. Returns how many were written down.
create function settle_mails(
  of_lease uuid, ids uuid[], states smallint[], outcomes text[], reasons text[], delays_ms integer[]
) returns bigint
language plpgsql security definer set search_path from current set jit = off set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  settled bigint;
begin
  update mail m set
      status = case s.outcome when 'sent' then 'sent' when 'parked' then 'parked' else 'waiting' end,
      attempts = m.attempts + (s.outcome <> 'returned')::integer,
      unknown_attempts = m.unknown_attempts + (s.outcome = 'unknown')::integer,
      next_at = case when s.outcome in ('sent', 'parked') then m.next_at
                else now() + make_interval(secs => s.delay_ms / 1000.0) end,
      lease = null,
      leased_until = null,
      reason = case s.outcome when 'sent' then null when 'returned' then m.reason else s.reason end,
      sent_at = case s.outcome when 'sent' then now() end
    from unnest(ids, states, outcomes, reasons, delays_ms) s (id, state, outcome, reason, delay_ms)
    where m.order_id = s.id and m.state = s.state and m.status = 'waiting'
      and (m.lease = of_lease or s.outcome = 'sent');
  get diagnostics settled = row_count;
  return settled;
end $$;

-- Mails in each status, and the age of the oldest that is due.
create function mail_figures() returns table (status text, mails bigint, oldest_due_seconds double precision)
language sql security definer set search_path from current as $$
  select s.status, coalesce(m.n, 0), coalesce(extract(epoch from now() - m.oldest), 0)::double precision
  from unnest(array['waiting', 'sent', 'parked']) s (status)
  left join (
    select mail.status, count(*) n, min(next_at) filter (where mail.status = 'waiting' and next_at <= now()) oldest
    from mail group by mail.status
  ) m on m.status = s.status
$$;

-- Deletes mails that were sent or parked longer ago than that, 10,000 at most, and paces that are over; returns how many mails.
create function expire_mails(keep interval) returns bigint
language sql security definer set search_path from current as $$
  with past as (delete from pace where paced_until < now() - interval '1 hour'),
  old as (
    select order_id, state from mail
    where status <> 'waiting' and created_at < now() - keep
    limit 10000 for update skip locked
  ), gone as (
    delete from mail m using old where m.order_id = old.order_id and m.state = old.state returning 1
  )
  select count(*) from gone
$$;

-- What may be read by whoever answers customers: no address.
create view mail_view as
  select order_id, state, status, attempts, unknown_attempts, reason, sent_at from mail;

revoke all on function take_confirmed, lease_mails, settle_mails, mail_figures, expire_mails from public;
