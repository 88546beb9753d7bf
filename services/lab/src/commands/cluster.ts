import { runOnCluster } from '../start/run-on-cluster.ts';
import { runVerb } from '../workloads/run-verb.ts';

await runVerb(({ cluster }) => cluster, runOnCluster);
