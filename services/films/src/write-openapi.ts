import { writeFile } from 'node:fs/promises';
import { createOpenApiDocument } from './api/openapi.ts';

/** Writes `openapi.json` next to package.json; run it after changing the schemas. */
await writeFile(
  new URL('../openapi.json', import.meta.url),
  `${JSON.stringify(createOpenApiDocument(), null, 2)}\n`,
);
