export { count, flag, list, milliseconds, port, url } from './fields.ts';
export { kafkaSettings, kafkaShape } from './kafka.ts';
export { operationsShape } from './operations.ts';
export { ConfigError, type Environment, parseConfig } from './parse-config.ts';
export { rabbitmqSettings, rabbitmqShape } from './rabbitmq.ts';
export { storeSettings, storeShape } from './store.ts';
