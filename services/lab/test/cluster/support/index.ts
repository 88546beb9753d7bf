export { deletePod, eventually, query, roll, scale, untilRolledOut } from './actions.ts';
export { longestPauses } from './longest-pause.ts';
export { type TestCluster, UNSTEADY, useCluster } from './use-cluster.ts';
export { type Loading, type TestRelease, useRelease } from './use-release.ts';
