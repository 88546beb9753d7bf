import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type FakeConsole, startFakeConsole } from '../support/fake-console.ts';
import { runCommand } from '../support/run-command.ts';

// Each starts a process: more at a time would only make each of them late.
describe('npm run verify', { concurrency: 2 }, () => {
  let directory: string;
  const consoles: FakeConsole[] = [];
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-verify-'));
  });
  after(async () => {
    await Promise.all(consoles.map((console) => console.close()));
    await rm(directory, { recursive: true });
  });

  /** Verifies a load against lanes that hold `stored`. */
  async function verify(
    name: string,
    counts: { readonly accepted: number; readonly unknown?: number },
    stored: Readonly<Record<string, number>>,
  ) {
    const account = join(directory, `${name}.json`);
    const { accepted, unknown = 0 } = counts;
    await writeFile(
      account,
      JSON.stringify({
        runId: name,
        startedAt: new Date().toISOString(),
        messages: { sent: accepted + unknown, accepted, refused: 0, unknown },
        perCountry: { ES: { accepted, refused: 0, unknown } },
      }),
    );
    const console = await startFakeConsole(
      Object.fromEntries(Object.entries(stored).map(([lane, ES]) => [lane, () => ({ byCountry: { ES } })])),
    );
    consoles.push(console);
    return runCommand('verify', ['--account', account, '--console-url', console.url], directory);
  }

  it('exits with 0 when the account is exact', async () => {
    const { status, stdout, stderr } = await verify('exact', { accepted: 5 }, { left: 5, right: 5 });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /\nexact: every accepted message is in every store, once\n$/);
  });

  it('exits with 0 and says so when another sender posted too', async () => {
    const { status, stdout } = await verify('other', { accepted: 5 }, { left: 6, right: 6 });
    assert.equal(status, 0, stdout);
    assert.match(stdout, /left: 1 message of another sender, ES/);
  });

  it('exits with 1 for a loss, and names it', async () => {
    const { status, stdout } = await verify('lost', { accepted: 5, unknown: 1 }, { left: 5, right: 4 });
    assert.equal(status, 1, stdout);
    assert.match(stdout, /NOT exact: lost 1, doubled 0\n {2}right: 1 lost, ES\n/);
  });

  it('exits with 1 when nothing was accepted, and when there is no lane', async () => {
    const nothing = await verify('nothing', { accepted: 0, unknown: 9 }, { left: 0 });
    assert.equal(nothing.status, 1, nothing.stdout);
    assert.match(
      nothing.stdout,
      /NOT proven: nothing was accepted, and the outcome of 9 messages is unknown/,
    );
    const noLane = await verify('no-lane', { accepted: 9 }, {});
    assert.equal(noLane.status, 1, noLane.stdout);
    assert.match(noLane.stdout, /NOT proven: no lane was compared/);
  });

  it('exits with 1 in one line when there is nothing to verify', async () => {
    const { status, stderr } = await runCommand('verify', [], directory);
    assert.equal(status, 1);
    assert.match(stderr, /^no load yet.*\n$/);
  });

  describe('refuses options that choose two deployments or none, in one line that names them:', () => {
    const run = async (kubeconfig: string, ...args: readonly string[]) => {
      const account = join(directory, 'options.json');
      const messages = { sent: 1, accepted: 1, refused: 0, unknown: 0 };
      const startedAt = new Date().toISOString();
      await writeFile(
        account,
        JSON.stringify({ runId: 'options', startedAt, messages, perCountry: { ES: messages } }),
      );
      return runCommand('verify', ['--account', account, ...args], directory, {
        KUBECONFIG: join(directory, kubeconfig),
      });
    };

    it('a console and a namespace', async () => {
      const { status, stderr } = await run(
        'none',
        '--namespace',
        'caudal',
        '--console-url',
        'http://127.0.0.1:1',
      );
      assert.equal(status, 2);
      assert.match(stderr, /--console-url or --namespace, not both/);
    });

    it('a release without a namespace', async () => {
      const { status, stderr } = await run('none', '--release', 'caudal');
      assert.equal(status, 2);
      assert.match(stderr, /--release and --context need --namespace/);
    });

    it('a namespace without a kubeconfig', async () => {
      const { status, stderr } = await run('none', '--namespace', 'caudal');
      assert.equal(status, 1);
      assert.match(stderr, /^--namespace needs a kubeconfig, and there is no .*: set KUBECONFIG\n$/);
    });

    it('a context that the kubeconfig does not have', async () => {
      await writeFile(join(directory, 'empty-kubeconfig'), 'contexts: []\nclusters: []\n');
      const { status, stderr } = await run(
        'empty-kubeconfig',
        '--namespace',
        'caudal',
        '--context',
        'elsewhere',
      );
      assert.equal(status, 1);
      assert.match(stderr, /^.*kubeconfig has no cluster for the context elsewhere.*\n$/);
    });
  });
});
