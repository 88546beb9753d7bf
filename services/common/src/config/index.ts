export { count, flag, list, milliseconds, port, url } from './fields.ts';
export { operationsShape } from './operations.ts';
export { ConfigError, type Environment, parseConfig } from './parse-config.ts';
export { publicHttpSettings, publicHttpShape } from './public-http.ts';
export { readAll } from './read-all.ts';
