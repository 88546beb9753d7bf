export { Lifecycle, type LifecycleOptions } from './lifecycle.ts';
export { createOperationsServer, type OperationsServer, type ReadinessCheck } from './operations-server.ts';
export { runMain } from './run-main.ts';
