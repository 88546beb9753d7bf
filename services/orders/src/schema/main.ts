import { runMain } from '@caudal/common/lifecycle';
import { createLogger } from '@caudal/common/logging';
import { loadSchemaConfig } from './config.ts';
import { createOrdersSchemas } from './create-schemas.ts';

/** Makes the schemas of the shop as the owner of the database, so that its programs need few rights; exits when they are current. */
runMain(async () => {
  const { settings, roles, logLevel } = loadSchemaConfig(process.env);
  await createOrdersSchemas(settings, roles, createLogger('orders-schema', logLevel));
});
