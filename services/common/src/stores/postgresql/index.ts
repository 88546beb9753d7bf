export { createPostgresqlSchema } from './create-schema.ts';
export type { SchemaRoles } from './schema.ts';
