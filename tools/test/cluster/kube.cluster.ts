import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';

/** The Go tests of the cluster's own program; here, because compiling what they import takes a minute the first time. */
test('the rules made from NetworkPolicies', async () => {
  const cwd = join(import.meta.dirname, '..', '..', 'cluster', 'kube');
  await runCommand('go', ['test', '-trimpath', '-buildvcs=false', './policy'], {
    cwd,
    environment: { CGO_ENABLED: '0' },
  });
});
