export { DEFAULT_NAMES, defaultLanes, describeLane } from './describe-lanes.ts';
export { laneCountries, laneCountryList, laneName } from './fields.ts';
export type { Lane, LaneEntry, SharedNames } from './lane.ts';
