import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawWorld } from './draw-world.ts';

/** Writes `world.generated.json`, after an upgrade of its packages: `node services/console/web/world/write-world.ts`. */
writeFileSync(join(import.meta.dirname, 'world.generated.json'), `${JSON.stringify(drawWorld())}\n`);
