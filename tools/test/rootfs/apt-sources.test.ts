import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { parseDeb822, parseOneLine, readDebianMirrors } from '../../rootfs/apt-sources.ts';

let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'caudal-apt-'));
  await mkdir(join(directory, 'sources.list.d'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

const write = (path: string, text: string) => writeFile(join(directory, path), text);

test('one-line sources: comments, options and sources of source code are left out', () => {
  const text = [
    '# deb http://old.test/debian bookworm main',
    'deb-src http://mirror.test/debian bookworm main',
    'deb [arch=amd64 signed-by=/k.gpg] http://mirror.test/debian/ bookworm main contrib # comment',
  ].join('\n');
  assert.deepEqual(parseOneLine(text), [
    { uri: 'http://mirror.test/debian/', suites: ['bookworm'], components: ['main', 'contrib'] },
  ]);
});

test('deb822 sources: several values, continuation lines, comments and disabled paragraphs', () => {
  const text = `Types: deb deb-src
# a comment
URIs: http://one.test/debian
 http://two.test/debian
Suites: bookworm bookworm-updates
Components: main

Enabled: no
Types: deb
URIs: http://off.test/debian
Suites: bookworm
Components: main
`;
  const common = { suites: ['bookworm', 'bookworm-updates'], components: ['main'] };
  assert.deepEqual(parseDeb822(text), [
    { uri: 'http://one.test/debian', ...common },
    { uri: 'http://two.test/debian', ...common },
  ]);
});

test("the machine's own mirrors are found among other sources", async () => {
  await write('sources.list', 'deb http://other.test/apt stable main\n');
  await write(
    'sources.list.d/debian.sources',
    'Types: deb\nURIs: http://mirror.test/debian/\nSuites: trixie\nComponents: main\n\n' +
      'Types: deb\nURIs: http://mirror.test/debian-security\nSuites: trixie-security\nComponents: main\n',
  );
  assert.deepEqual(await readDebianMirrors(directory), {
    main: 'http://mirror.test/debian',
    security: 'http://mirror.test/debian-security',
  });
});

test('a list of mirrors, as on cloud images, gives its first', async () => {
  await write('debian.list', '# mirrors\nhttp://first.test/debian\tpriority:1\nhttp://second.test/debian\n');
  const uri = `mirror+${pathToFileURL(join(directory, 'debian.list')).href}`;
  await write('sources.list', `deb ${uri} trixie main\n`);
  assert.deepEqual(await readDebianMirrors(directory), { main: 'http://first.test/debian' });
});

test('no mirror of Debian, no mirrors', async () => {
  await write('sources.list', 'deb http://mirror.test/ubuntu noble main universe\n');
  assert.equal(await readDebianMirrors(directory), undefined);
  assert.equal(await readDebianMirrors(join(directory, 'missing')), undefined);
});
