export { deletePod, query, removeNamespace, roll, scale, untilRolledOut } from './actions.ts';
export { assertExact, assertFelt } from './assert-exact.ts';
export { longestPauses } from './longest-pause.ts';
export { useRelease } from './use-release.ts';
