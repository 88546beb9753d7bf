import { COMMON_PROBLEMS, defineProblems } from '@caudal/common/http';

/** Problem types of the films API. */
export const PROBLEMS = defineProblems({
  ...COMMON_PROBLEMS,
  'invalid-query': { status: 400, title: 'Invalid query' },
  'no-such-film': { status: 404, title: 'No such film' },
  'no-such-director': { status: 404, title: 'No such director' },
  'version-gone': { status: 410, title: 'This version of the films is not kept' },
  overloaded: { status: 503, title: 'Overloaded' },
  'films-unavailable': { status: 503, title: 'The films cannot be read now' },
});
