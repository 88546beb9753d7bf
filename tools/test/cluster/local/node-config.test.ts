import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ClusterLayout, clusterLayout, type NodeName } from '../../../cluster/local/layout.ts';
import { nodeNetwork } from '../../../cluster/local/network.ts';
import { writeNodeConfig } from '../../../cluster/local/node-config.ts';

interface NodeSpec {
  readonly processes: readonly { readonly name: string; readonly args: readonly string[] }[];
  readonly setup: readonly (readonly string[])[];
}

interface KubeletConfig {
  readonly cgroupRoot: string;
  readonly tlsCertFile: string;
}

async function write(t: TestContext, name: NodeName): Promise<{ layout: ClusterLayout; spec: NodeSpec }> {
  const directory = await mkdtemp(join(tmpdir(), 'caudal-config-'));
  t.after(() => rm(directory, { recursive: true }));
  const layout = clusterLayout(directory);
  const options = { name, kube: '/k/kube', cniPlugins: '/cni', snapshotter: 'overlayfs' } as const;
  const path = await writeNodeConfig(layout, options);
  return { layout, spec: JSON.parse(await readFile(path, 'utf8')) as NodeSpec };
}

const readKubeletConfig = async (path: string): Promise<KubeletConfig> =>
  JSON.parse(await readFile(path, 'utf8')) as KubeletConfig;

test('node1 has the control plane and node2 has not', async (t) => {
  const names = async (name: NodeName): Promise<readonly string[]> =>
    (await write(t, name)).spec.processes.map((process) => process.name);
  const worker = ['containerd', 'kubelet', 'proxy', 'policies'];
  assert.deepEqual(await names('node2'), worker);
  const first = await names('node1');
  for (const part of [
    'etcd',
    'apiserver',
    'controller-manager',
    'scheduler',
    'dns',
    'metrics',
    'provisioner',
    ...worker,
  ]) {
    assert.ok(first.includes(part), part);
  }
});

test('two nodes share no control group, pod address or identity', async (t) => {
  const seen = new Set<unknown>();
  for (const name of ['node1', 'node2'] as const) {
    const { layout } = await write(t, name);
    const kubelet = await readKubeletConfig(join(layout.node(name).config, 'kubelet.json'));
    for (const value of [kubelet.cgroupRoot, kubelet.tlsCertFile, nodeNetwork[name].podCidr]) {
      assert.ok(!seen.has(value), String(value));
      seen.add(value);
    }
  }
});

test('what outlives the namespaces lies in the run directory', async (t) => {
  const { layout, spec } = await write(t, 'node1');
  const binds = spec.setup.filter((command) => command.includes('--bind'));
  assert.ok(binds.length > 0);
  for (const bind of binds) assert.ok(bind[2]?.startsWith(layout.run), bind.join(' '));
  const containerd = await readFile(join(layout.node('node1').config, 'containerd.toml'), 'utf8');
  assert.match(containerd, new RegExp(`^root = "${layout.run}`, 'm'));
});

test('node1 has no way out', async (t) => {
  const { spec } = await write(t, 'node1');
  assert.ok(!spec.setup.some((command) => command.includes('default')));
});
