export { createPostgresqlSchema } from './create-schema.ts';
export type { SchemaRoles } from './rights.ts';
