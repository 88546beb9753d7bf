import type { ControlSettings } from '../config.ts';
import { createKubernetesScaler } from './kubernetes-scaler.ts';
import { createLocalScaler } from './local-scaler.ts';
import { NO_RIGHT, type ScaleAccess } from './scaler.ts';

/** Scaling waits until the supervisor's new processes are ready. */
const LOCAL_TIMEOUT_MS = 90_000;

/** Creates what the configuration gives a right to. */
export function createScaleAccess(control: ControlSettings, timeoutMs: number): ScaleAccess {
  if (control.kind === 'off') return NO_RIGHT;
  const { targets } = control;
  if (control.kind === 'local') {
    return { scaler: createLocalScaler(control.recordFile, targets, LOCAL_TIMEOUT_MS) };
  }
  const { host, port, namespace } = control;
  return { scaler: createKubernetesScaler({ host, port, timeoutMs }, namespace, targets) };
}
