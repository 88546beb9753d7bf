import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeServerImages } from '../../../cluster/images/catalog.ts';
import { descriptionOf, serverNames } from '../../../servers/descriptions/index.ts';

test('an image has the layers of its server over the one base, so that shared ones are stored once', async () => {
  const images = await describeServerImages((line) => process.stderr.write(`${line}\n`));
  const found = images.map(({ names, layers }) => [names, layers.map(({ key }) => key.replace(/-.*/, ''))]);
  const expected = serverNames.flatMap((name) => {
    const { image, layers } = descriptionOf(name);
    return image === undefined ? [] : [[[image.name], ['trixie', ...layers.map((layer) => layer.name)]]];
  });
  assert.deepEqual(found, expected);
  assert.deepEqual(
    images.find(({ names }) => names.includes('apache/kafka:4'))?.layers.length,
    3,
    'Java is a layer of its own',
  );
  assert.equal(new Set(images.map(({ layers }) => layers[0]?.key)).size, 1);
});
