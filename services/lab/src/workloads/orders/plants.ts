import type { FindingKind } from '@caudal/common/verdict';
import type { Subject } from './verify/defect.ts';

/** What faults are planted into: orders that the shop's own functions have taken through all states. */
export interface Ground {
  /** In the order of their numbers. */
  readonly ids: readonly string[];
  /** Runs a statement as the owner of the database. */
  query(text: string, values: readonly unknown[]): Promise<void>;
}

/** A mail, as the mailbox writes it. */
export interface PlantedMail {
  readonly id: string;
  readonly state: number;
  readonly to: string;
  readonly raw: string;
}

/** A fault in what the shop has kept, and the exact report required for it. */
export interface OrdersPlant {
  readonly name: string;
  /** Changes the database before its states are announced and its mails are written. */
  before?(ground: Ground): Promise<void>;
  /** Changes the database afterwards. */
  after?(ground: Ground): Promise<void>;
  /** What the mailbox has instead of these. Default: all of them. */
  mails?(mails: readonly PlantedMail[]): readonly PlantedMail[];
  /** What the topic has instead of these records. Default: all of them. */
  records?(records: readonly string[]): readonly string[];
  readonly findings: readonly {
    readonly kind: FindingKind;
    readonly subject: Subject;
    readonly count: number;
  }[];
}

/** No fault: must be exact. */
export const CLEAN: OrdersPlant = { name: 'no fault', findings: [] };

/** Which order and which mail: any but the first, which is easily special. */
const PLACE = 5;
const MOVE = `update order_event set at = at + make_interval(secs => $3) where order_id = $1 and state = $2`;

/** What can go wrong with an order. */
export const FAULTS: readonly OrdersPlant[] = [
  {
    name: 'an order deleted',
    after: ({ ids, query }) => query('delete from orders where id = $1', [ids[PLACE]]),
    findings: [{ kind: 'lost', subject: 'orders', count: 1 }],
  },
  {
    name: 'an order there twice',
    after: ({ ids, query }) =>
      query(
        `insert into orders (id, game_id, row, name, price_cents, email, language, state, shard, created_at)
           select gen_random_uuid(), game_id, row, name, price_cents, email, language, state, shard, created_at
           from orders where id = $1`,
        [ids[PLACE]],
      ),
    findings: [{ kind: 'doubled', subject: 'orders', count: 1 }],
  },
  {
    name: 'names of two orders swapped',
    before: ({ ids, query }) =>
      query(
        `update orders o set game_id = p.game_id, name = p.name, price_cents = p.price_cents
           from orders p where o.id = any ($1) and p.id = any ($1) and o.id <> p.id`,
        [[ids[PLACE], ids[PLACE + 1]]],
      ),
    findings: [{ kind: 'wrong', subject: 'orders', count: 2 }],
  },
  {
    name: 'a transition skipped',
    before: ({ ids, query }) =>
      query('delete from order_event where order_id = $1 and state = 2', [ids[PLACE]]),
    findings: [{ kind: 'skipped', subject: 'transitions', count: 1 }],
  },
  {
    name: 'two transitions swapped',
    before: ({ ids, query }) =>
      query(
        `update order_event e set at = f.at from order_event f
           where e.order_id = $1 and f.order_id = $1 and e.state in (2, 3) and f.state = 5 - e.state`,
        [ids[PLACE]],
      ),
    findings: [{ kind: 'out-of-order', subject: 'transitions', count: 1 }],
  },
  {
    name: 'a state set back',
    after: ({ ids, query }) => query('update orders set state = 2 where id = $1', [ids[PLACE]]),
    findings: [{ kind: 'diverged', subject: 'transitions', count: 1 }],
  },
  {
    name: 'a transition half a second early',
    before: async ({ ids, query }) => {
      for (const state of [3, 4]) await query(MOVE, [ids[PLACE], state, -0.5]);
    },
    findings: [{ kind: 'early', subject: 'transitions', count: 1 }],
  },
  {
    name: 'a state not announced',
    records: (records) => records.toSpliced(PLACE, 1),
    findings: [{ kind: 'lost', subject: 'announcements', count: 1 }],
  },
  {
    name: 'a missing mail',
    mails: (mails) => mails.toSpliced(PLACE, 1),
    findings: [{ kind: 'lost', subject: 'mails', count: 1 }],
  },
  {
    name: 'a mail twice',
    mails: (mails) => [...mails, mails[PLACE] as PlantedMail],
    findings: [{ kind: 'doubled', subject: 'mails', count: 1 }],
  },
  {
    name: 'a stray mail',
    mails: (mails) => [...mails, renamed(mails[PLACE] as PlantedMail)],
    findings: [{ kind: 'wrong', subject: 'mails', count: 1 }],
  },
  {
    name: "a mail to another's address",
    mails: (mails) => mails.with(PLACE, { ...(mails[PLACE] as PlantedMail), to: 'another@example.com' }),
    findings: [{ kind: 'wrong', subject: 'mails', count: 1 }],
  },
  {
    name: 'two mails of an order in each other’s place',
    mails: swapped,
    findings: [{ kind: 'out-of-order', subject: 'mails', count: 1 }],
  },
];

function renamed({ id, raw, ...mail }: PlantedMail): PlantedMail {
  const other = '00000000-0000-8000-8000-000000000000';
  return { ...mail, id: other, raw: raw.replaceAll(id, other) };
}

/** Exchanges the second and the third mail of an order: between orders there is no order. */
function swapped(mails: readonly PlantedMail[]): readonly PlantedMail[] {
  const { id } = mails[PLACE] as PlantedMail;
  const place = (state: number): number => mails.findIndex((mail) => mail.id === id && mail.state === state);
  const [second, third] = [place(2), place(3)];
  return mails.with(second, mails[third] as PlantedMail).with(third, mails[second] as PlantedMail);
}
