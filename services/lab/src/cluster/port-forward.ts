import { type ChildProcess, spawn } from 'node:child_process';
import { chooseFreePorts, isPortFree } from '../../../../tools/servers/ports.ts';

/** A loopback port forwarded to a Service. */
export interface PortForward {
  readonly component: string;
  readonly url: string;
  close(): void;
}

const RETRY_AFTER_MS = 1_000;

/** Forwards a port to a Service until closed: restarts kubectl, whose port-forward ends with its pod. */
export async function forwardPort(options: {
  readonly kubectl: string;
  /** kubectl arguments that select the cluster. */
  readonly target: readonly string[];
  readonly namespace: string;
  /** Display name. */
  readonly component: string;
  readonly service: string;
  readonly port: string;
  /** Used when free, otherwise another port. */
  readonly wantedPort: number;
}): Promise<PortForward> {
  const { kubectl, target, namespace, service, port, wantedPort } = options;
  const localPort = (await isPortFree(wantedPort)) ? wantedPort : (await chooseFreePorts(1))[0];
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const start = (): void => {
    const args = ['port-forward', `--namespace=${namespace}`, `service/${service}`, `${localPort}:${port}`];
    child = spawn(kubectl, [...target, ...args], { stdio: 'ignore' });
    child.once('error', () => undefined);
    child.once('close', () => {
      if (!closed) timer = setTimeout(start, RETRY_AFTER_MS);
    });
  };
  start();
  return {
    component: options.component,
    url: `http://127.0.0.1:${localPort}`,
    close() {
      closed = true;
      clearTimeout(timer);
      child?.kill();
    },
  };
}
