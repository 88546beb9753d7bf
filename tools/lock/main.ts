import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printsHelp } from '../lib/command-line.ts';
import { completeLock, type Lockfile } from './complete-lock.ts';

/** `npm run lock`, after every `npm install` that changed package-lock.json. */
if (printsHelp('usage: npm run lock\n\nCompletes package-lock.json after npm install has changed it.\n'))
  process.exit(0);
const file = join(import.meta.dirname, '..', '..', 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8')) as Lockfile;
const added = completeLock(lock);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added.length} optional packages of other platforms added\n`);
