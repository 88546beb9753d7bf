import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { GENERATED_DIRECTORY, generatedFiles } from '../src/generated-files.ts';

test('the generated files are those that the source makes', () => {
  const files = generatedFiles();
  assert.deepEqual(readdirSync(GENERATED_DIRECTORY).sort(), [...files.keys()].sort());
  for (const [name, content] of files) {
    assert.equal(
      readFileSync(join(GENERATED_DIRECTORY, name), 'utf8'),
      content,
      `grafana-dashboards/generated/${name} is stale: run node grafana-dashboards/src/write.ts`,
    );
  }
});

test('making them twice gives the same', () => {
  assert.deepEqual([...generatedFiles()], [...generatedFiles()]);
});
