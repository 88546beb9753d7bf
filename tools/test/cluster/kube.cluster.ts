import { join } from 'node:path';
import { test } from 'node:test';
import { runGo } from '../../go/ensure-go.ts';

/** The Go tests of the cluster's own program; here, because compiling what they import takes a minute the first time. */
test('the rules made from NetworkPolicies', async () => {
  const cwd = join(import.meta.dirname, '..', '..', 'cluster', 'kube');
  await runGo(['test', '-trimpath', '-buildvcs=false', './policy'], { purpose: 'the local cluster', cwd });
});
