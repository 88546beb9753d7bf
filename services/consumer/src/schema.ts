import { runMain } from '@caudal/common/lifecycle';
import { createLogger } from '@caudal/common/logging';
import { createPostgresqlSchema } from '@caudal/common/stores/postgresql';
import { loadSchemaConfig } from './schema-config.ts';

/** Makes the schema of a lane in PostgreSQL as its owner, so that the consumer itself needs few rights; exits when it is current. */
runMain(async () => {
  const { settings, roles, logLevel } = loadSchemaConfig(process.env);
  await createPostgresqlSchema(settings, roles, createLogger('schema', logLevel));
});
