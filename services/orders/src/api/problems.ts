import { COMMON_PROBLEMS, defineProblems } from '@caudal/common/http';

/** Problem types of the orders API. */
export const PROBLEMS = defineProblems({
  ...COMMON_PROBLEMS,
  'invalid-order': { status: 400, title: 'Invalid order; it was not accepted' },
  'invalid-query': { status: 400, title: 'Invalid query' },
  'no-such-order': { status: 404, title: 'No such order' },
  'too-late-to-cancel': { status: 409, title: 'The order can no longer be cancelled' },
  'broker-refused': { status: 502, title: 'Broker rejected the order permanently' },
  overloaded: { status: 503, title: 'Overloaded; nothing was ordered' },
  'broker-unavailable': { status: 503, title: 'Broker unavailable; nothing was ordered' },
  unconfirmed: { status: 503, title: 'Not confirmed in time; the outcome is unknown' },
  'status-unavailable': { status: 503, title: 'The status of orders cannot be read' },
  'not-taken-in': { status: 503, title: 'The order is not taken in yet' },
  'too-many-clients': { status: 503, title: 'Too many clients watch orders' },
});
