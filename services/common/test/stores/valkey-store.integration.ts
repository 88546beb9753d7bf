import { useServers } from '../support/index.ts';
import { describeScriptStore } from './script-store.conformance.ts';

describeScriptStore('valkey', useServers('valkey'));
