import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillIn, readManifest } from '../../cluster/manifests.ts';

test('every placeholder is filled in', () => {
  assert.equal(fillIn('a: $(x)-$(y)-$(x)', { x: '1', y: '2' }, 'f'), 'a: 1-2-1');
});

test('a placeholder without a value and a value without a placeholder are mistakes', () => {
  assert.throws(() => fillIn('a: $(x)', {}, 'f.yaml'), /f\.yaml: no value for \$\(x\)/);
  assert.throws(() => fillIn('a: 1', { x: '1' }, 'f.yaml'), /f\.yaml: unused values: x/);
});

test('the manifests of this folder take the values that the local cluster gives', async () => {
  const services = { dnsService: '10.0.0.10', metricsPort: '4443', nodeAddress: '10.0.0.1' };
  assert.match(await readManifest('node-services', services), /clusterIP: 10\.0\.0\.10/);
  const ingress = { externalIps: '[]', ingressAddress: '10.0.0.1', traefikImage: 'traefik:1' };
  assert.match(await readManifest('ingress', ingress), /image: traefik:1/);
  assert.match(await readManifest('rights'), /system:coredns/);
});
