import { COMMON_PROBLEMS, defineProblems } from '@caudal/common/http';

/** Problem types of this service. */
export const PROBLEMS = defineProblems({
  ...COMMON_PROBLEMS,
  'no-messages': { status: 400, title: 'No messages in the request' },
  'too-many-messages': { status: 400, title: 'Too many messages in the request' },
  'invalid-messages': { status: 400, title: 'Invalid messages; none was accepted' },
  'message-too-large': { status: 413, title: 'Message too large for a broker; nothing was published' },
  'broker-refused': { status: 502, title: 'Broker rejected a message permanently' },
  overloaded: { status: 503, title: 'Overloaded; nothing was published' },
  'broker-unavailable': { status: 503, title: 'Broker unavailable; nothing was published' },
  unconfirmed: { status: 503, title: 'Not confirmed in time; the outcome is unknown' },
});
